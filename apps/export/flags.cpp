#include "export/flags.h"

namespace mnist::app::exporting {

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app(
      "Writes a model for other programs: ink [N,1,28,28] in [0,1] goes in, probabilities [N,10] "
      "come out; everything in between is in the file.");
  app.add_option("--model", flags.model, "Model file or run folder; default: the shipped model")
      ->type_name("FILE|RUN");
  app.add_option("--to", flags.to, "onnx or torchscript")
      ->check(CLI::IsMember({"onnx", "torchscript"}))
      ->required();
  app.add_option("-o,--output", flags.out, "File to write; - is stdout")
      ->type_name("FILE")
      ->required();
  add_common_flags(app, flags.common,
                   "  mnist-export --to onnx -o digits.onnx\n"
                   "  mnist-export --model runs/fast --to torchscript -o fast.pt\n"
                   "  mnist-export --to onnx -o - | ssh server 'cat > digits.onnx'\n");
  parse_command_line(app, argc, argv);
  return flags;
}

}  // namespace mnist::app::exporting
