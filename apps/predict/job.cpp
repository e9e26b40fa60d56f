#include "predict/job.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include <opencv2/core/utility.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/processors.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/digit/picture.h"
#include "mnist/digit/segment.h"
#include "mnist/image/decode.h"
#include "mnist/image/encode.h"
#include "mnist/model/device.h"

#include "common/default_model.h"
#include "common/guard.h"
#include "common/logging.h"
#include "common/threads.h"
#include "predict/inputs.h"
#include "predict/pipeline.h"

namespace mnist::app::predict {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFileBytes = 256ULL << 20;
constexpr std::size_t kBatch = 256;
constexpr std::size_t kCapacity = 4 * kBatch;

Bytes read_picture(const std::string& path, std::istream& in) {
  if (path == "-") return read_stream(in, path, kMaxFileBytes);
  std::error_code ignored;  // opening tells
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorKind::kIo, "is a folder (-r reads folders)", path);
  }
  return read_file(path, kMaxFileBytes);
}

Prepared prepare(const Input& input, const Flags& flags, std::istream& in) {
  Prepared prepared{.path = input.path, .digits = {}, .rows = {}, .failure = input.failure};
  if (prepared.failure) return prepared;
  try {
    const Image image = decode_image(read_picture(input.path, in));
    const NormalizeOptions options{.polarity = flags.polarity};
    if (!flags.format.all) {
      prepared.digits.push_back(normalize(image, options));
    } else {
      for (const SegmentedDigit& found : segment(image, options)) {
        prepared.digits.push_back({.digit = found.digit, .box = found.box});
        prepared.rows.push_back(found.row);
      }
    }
  } catch (const Error& error) {
    prepared.failure = error.message();
  } catch (const std::exception& error) {  // out of memory, OpenCV: this picture's, not the batch's
    prepared.failure = std::string("cannot be processed: ") + error.what();
  }
  return prepared;
}

std::string padded(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

// A name of at most `most` bytes, not cut within a character of UTF-8.
std::string shortened(std::string name, std::size_t most) {
  if (name.size() <= most) return name;
  while (most > 0 && (static_cast<unsigned char>(name[most]) & 0xc0) == 0x80) --most;
  name.resize(most);
  return name;
}

// Writes 000001-scan.png, …: numbered, since two pictures may have one name.
class InputDump {
 public:
  explicit InputDump(const std::string& folder) : folder_(folder) {}

  void write(const Prepared& prepared) {
    if (folder_.empty()) return;
    constexpr std::size_t kLongestStem = 200;  // with number and ending it must be a file's name
    const std::string stem = prepared.path == "-"
                                 ? "stdin"
                                 : shortened(fs::path(prepared.path).stem().string(), kLongestStem);
    for (const NormalizedDigit& seen : prepared.digits) {
      const std::string name = padded(++count_) + "-" + stem + ".png";
      write_file_atomically(folder_ / name, encode_png(picture_of(seen.digit)));
    }
  }

 private:
  fs::path folder_;
  std::size_t count_ = 0;
};

PagePrediction page_of(const Prepared& prepared, std::span<const Prediction> predictions) {
  PagePrediction page;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    page.digits.push_back(
        {.prediction = predictions[i], .box = prepared.digits[i].box, .row = prepared.rows[i]});
  }
  return page;
}

// All digits of the batch go through the network together; the records take them apart again.
std::vector<PredictionRecord> records_of(std::vector<Prepared>& batch, Job& job) {
  std::vector<NormalizedDigit> digits;
  for (const Prepared& prepared : batch) {
    digits.insert(digits.end(), prepared.digits.begin(), prepared.digits.end());
  }
  const std::vector<Prediction> predictions = job.predictor.predict(digits);
  std::vector<PredictionRecord> records;
  std::span<const Prediction> left = predictions;
  for (Prepared& prepared : batch) {
    const auto own = left.first(prepared.digits.size());
    left = left.subspan(own.size());
    PredictionRecord record{.path = std::move(prepared.path), .outcome = {}};
    if (prepared.failure) {
      record.outcome = ReadFailure{std::move(*prepared.failure)};
    } else if (job.flags.format.all) {
      record.outcome = page_of(prepared, own);
    } else {
      record.outcome = own.front();
    }
    records.push_back(std::move(record));
  }
  return records;
}

bool holds_several(const PredictionRecord& record) {
  const auto* prediction = std::get_if<Prediction>(&record.outcome);
  return prediction != nullptr && prediction->rejection == Rejection::kSeveralDigits;
}

// Counts that the results alone do not show.
void say_counts(std::size_t skipped, std::size_t several) {
  if (skipped > 0) {
    spdlog::info("skipped {} file{}: not {}", skipped, skipped == 1 ? "" : "s", kImageFormats);
  }
  if (several > 0) {
    spdlog::info("rejected {} picture{} as several-digits: --all reads what is in {}", several,
                 several == 1 ? "" : "s", several == 1 ? "it" : "them");
  }
}

// C++'s standard input takes a folder, or nothing at all behind it, for an empty file.
void require_standard_input() {
  char nothing = 0;
  if (::read(STDIN_FILENO, &nothing, 0) >= 0) return;
  throw Error(ErrorKind::kIo, "cannot be read: " + system_reason(errno), "stdin");
}

// Returns the exit code.
int write_all(Job& job, Pipeline& pipeline, const Inputs& inputs, PredictionFormatter& formatter,
              std::ostream& out) {
  InputDump dump(job.flags.dump_input);
  bool any_failed = false;
  bool any_rejected = false;
  std::size_t several = 0;
  out << formatter.begin();
  while (true) {
    std::vector<Prepared> batch = pipeline.take(kBatch, require_reader);
    if (batch.empty()) break;
    for (const Prepared& prepared : batch) dump.write(prepared);
    for (const PredictionRecord& record : records_of(batch, job)) {
      out << formatter.record(record);
      const PredictionStatus outcome = status_of(record);
      several += holds_several(record) ? 1 : 0;
      any_rejected |= outcome == PredictionStatus::kRejected;
      if (outcome != PredictionStatus::kError) continue;
      any_failed = true;
      flush_results(out);  // so that stderr's line comes where the picture's would
      print_error((record.path == "-" ? "stdin" : record.path) + ": " +
                  std::get<ReadFailure>(record.outcome).reason);
    }
    flush_results(out);
  }
  out << formatter.end();
  flush_results(out);
  say_counts(inputs.skipped(), several);
  if (any_failed) return kFailure;
  return any_rejected && job.flags.fail_on_reject ? kConditionMet : kSuccess;
}

}  // namespace

Job resolve(const Flags& flags) {
  set_up_logging(flags.common);
  if (flags.files_from == "-" || std::ranges::find(flags.paths, "-") != flags.paths.end()) {
    require_standard_input();
  }
  cv::setNumThreads(1);  // pictures are prepared side by side; each by one thread
  const int threads = set_allowed_threads(flags.device.threads, 1, 1);  // Pipeline's
  const PredictorOptions options{.device = select_device(flags.device.device),
                                 .reject_below = flags.reject_below,
                                 .reject = flags.reject};
  return {flags, threads, Predictor(load_model(model_path(flags.model)), options)};
}

int run(Job& job, std::istream& in, std::ostream& out) {
  PredictionFormatter formatter(job.flags.format);
  if (!job.flags.dump_input.empty()) make_folders(job.flags.dump_input);
  Inputs inputs(job.flags, in);
  Pipeline pipeline([&] { return inputs.next(); },
                    [&](const Input& input) { return prepare(input, job.flags, in); },
                    std::min(job.threads, available_processors()), kCapacity);
  try {
    return write_all(job, pipeline, inputs, formatter, out);
  } catch (...) {
    // Somebody may still be writing the list, or a picture that comes through a pipe: nobody waits
    // for them, now that there is nowhere to write results to.
    end_with_current_exception();
  }
}

}  // namespace mnist::app::predict
