#include "predict/job.h"

#include <filesystem>
#include <system_error>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"
#include "mnist/image/encode.h"
#include "mnist/model/device.h"

#include "common/default_model.h"
#include "common/guard.h"
#include "common/logging.h"
#include "predict/inputs.h"
#include "predict/pipeline.h"

namespace mnist::app::predict {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFileBytes = 256ULL << 20;
constexpr std::size_t kBatch = 256;
constexpr std::size_t kCapacity = 4 * kBatch;

Bytes read_picture(const std::string& path, std::istream& in) {
  return path == "-" ? read_stream(in, path, kMaxFileBytes) : read_file(path, kMaxFileBytes);
}

Prepared prepare(const std::string& path, const Flags& flags, std::istream& in) {
  Prepared prepared{.path = path, .digit = {}, .failure = std::nullopt};
  try {
    const Image image = decode_image(read_picture(path, in));
    prepared.digit = normalize(image, {.polarity = flags.polarity});
  } catch (const Error& error) {
    prepared.failure = error.message();
  }
  return prepared;
}

Image picture_of(const Digit& digit) {
  Image image{
      .width = kDigitSide, .height = kDigitSide, .format = PixelFormat::kGrey, .pixels = {}};
  for (const float ink : digit.ink) {
    image.pixels.push_back(static_cast<std::uint8_t>(ink * 255.0F + 0.5F));
  }
  return image;
}

// Writes 000001-scan.png, …: numbered, since two pictures may have one name.
class InputDump {
 public:
  explicit InputDump(const std::string& folder) : folder_(folder) {
    if (folder_.empty()) return;
    std::error_code failure;
    fs::create_directories(folder_, failure);
    if (failure)
      throw Error(ErrorKind::kIo, "cannot make the folder: " + failure.message(), folder);
  }

  void write(const Prepared& prepared) {
    ++count_;
    if (folder_.empty() || prepared.failure) return;
    const std::string number = std::to_string(count_);
    const std::string stem =
        prepared.path == "-" ? "stdin" : fs::path(prepared.path).stem().string();
    const std::string name = std::string(6 - std::min<std::size_t>(6, number.size()), '0') +
                             number + "-" + stem + ".png";
    write_file_atomically(folder_ / name, encode_png(picture_of(prepared.digit.digit)));
  }

 private:
  fs::path folder_;
  std::size_t count_ = 0;
};

void check(const std::ostream& out) {
  if (!out) throw BrokenPipe{};
}

std::vector<PredictionRecord> records_of(std::vector<Prepared>& batch, Predictor& predictor) {
  std::vector<NormalizedDigit> digits;
  for (const Prepared& prepared : batch) {
    if (!prepared.failure) digits.push_back(prepared.digit);
  }
  const std::vector<Prediction> predictions = predictor.predict(digits);
  std::vector<PredictionRecord> records;
  auto prediction = predictions.begin();
  for (Prepared& prepared : batch) {
    if (prepared.failure) {
      records.push_back({std::move(prepared.path), ReadFailure{std::move(*prepared.failure)}});
    } else {
      records.push_back({std::move(prepared.path), *prediction++});
    }
  }
  return records;
}

}  // namespace

Job resolve(const Flags& flags) {
  set_up_logging(flags.common);
  const int threads = set_threads(flags.device.threads);
  const PredictorOptions options{.device = select_device(flags.device.device),
                                 .reject_below = flags.reject_below,
                                 .reject = flags.reject};
  return {flags, threads, Predictor(load_model(model_path(flags.model)), options)};
}

int run(Job& job, std::istream& in, std::ostream& out) {
  PredictionFormatter formatter(job.flags.format);
  InputDump dump(job.flags.dump_input);
  Inputs inputs(job.flags, in);
  Pipeline pipeline([&] { return inputs.next(); },
                    [&](const std::string& path) { return prepare(path, job.flags, in); },
                    job.threads, kCapacity);
  bool any_failed = false;
  bool any_rejected = false;
  out << formatter.begin();
  while (true) {
    std::vector<Prepared> batch = pipeline.take(kBatch);
    if (batch.empty()) break;
    for (const Prepared& prepared : batch) dump.write(prepared);
    for (const PredictionRecord& record : records_of(batch, job.predictor)) {
      out << formatter.record(record);
      const PredictionStatus outcome = status_of(record);
      any_rejected |= outcome == PredictionStatus::kRejected;
      if (outcome != PredictionStatus::kError) continue;
      any_failed = true;
      out.flush();  // so that stderr's line comes where the picture's would
      print_error((record.path == "-" ? "stdin" : record.path) + ": " +
                  std::get<ReadFailure>(record.outcome).reason);
    }
    out.flush();
    check(out);
  }
  out << formatter.end() << std::flush;
  check(out);
  if (any_failed) return kFailure;
  return any_rejected && job.flags.fail_on_reject ? kConditionMet : kSuccess;
}

}  // namespace mnist::app::predict
