// Runs in ONNX Runtime's WebAssembly build what export_test.cpp put into a folder.
// Usage: node run_onnx.mjs NODE_MODULES FOLDER
// FOLDER holds images.f32 (float32 [N,1,28,28]) and NAME.onnx; written is NAME.onnx.OUTPUT for each
// output, float32.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [modules, folder] = process.argv.slice(2);
const ort = createRequire(path.join(modules, 'x.js'))('onnxruntime-web');
ort.env.wasm.numThreads = 1;

const floats = (file) => new Float32Array(new Uint8Array(fs.readFileSync(file)).buffer);
const images = floats(path.join(folder, 'images.f32'));
const tensor = (from, count) =>
  new ort.Tensor('float32', images.subarray(from * 784, (from + count) * 784), [count, 1, 28, 28]);

for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.onnx'))) {
  const file = path.join(folder, name);
  const session = await ort.InferenceSession.create(new Uint8Array(fs.readFileSync(file)));
  if (session.inputNames.join() !== 'ink') throw new Error(`inputs: ${session.inputNames}`);
  const all = await session.run({ ink: tensor(0, images.length / 784) });
  for (const output of session.outputNames) {
    fs.writeFileSync(`${file}.${output}`, new Uint8Array(all[output].data.buffer));
  }
  const alone = await session.run({ ink: tensor(1, 1) }); // another batch size
  alone.probabilities.data.forEach((value, i) => {
    if (Math.abs(value - all.probabilities.data[10 + i]) > 1e-5) throw new Error('batch of one');
  });
}
