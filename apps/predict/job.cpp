#include "predict/job.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/processors.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/digit/picture.h"
#include "mnist/image/decode.h"
#include "mnist/image/encode.h"
#include "mnist/model/device.h"
#include "mnist/read/reader.h"

#include "common/guard.h"
#include "common/logging.h"
#include "common/memory.h"
#include "common/shipped.h"
#include "common/threads.h"
#include "predict/inputs.h"
#include "predict/pictures_out.h"
#include "predict/pipeline.h"

namespace mnist::app::predict {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatch = 256;
constexpr std::size_t kCapacity = 4 * kBatch;
constexpr std::size_t kFewPictures = 16;  // held at a time, of at most 16 MB each

Bytes read_picture(const std::string& path, std::istream& in) {
  if (path == "-") return read_stream(in, path, kMaxPictureBytes);
  std::error_code ignored;  // opening will tell
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorKind::kIo, "is a folder (-r reads folders)", path);
  }
  return read_file(path, kMaxPictureBytes);
}

// "scan.tif#3": page 3 of scan.tif, as in the results; nothing if a file has that name.
std::optional<std::pair<std::string, int>> page_named_by(const std::string& path) {
  const std::size_t at = path.rfind('#');
  if (at == std::string::npos || is_there(path)) return std::nullopt;
  int number = 0;
  const char* const end = path.data() + path.size();
  const auto [rest, failure] = std::from_chars(path.data() + at + 1, end, number);
  if (failure != std::errc{} || rest != end || number < 1) return std::nullopt;
  return std::pair{path.substr(0, at), number};
}

// One page, counted from 0, of the file's bytes.
Prepared prepare_page(const std::string& path, const Bytes& bytes, int page, const Job& job) {
  Prepared prepared{.path = path, .page = {}, .failure = std::nullopt};
  try {
    Image image = decode_image(bytes, {.page = page, .max_decoded_pixels = kMostUsefulPixels});
    prepared.page = job.finder.find(image, job.flags.polarity);
    if (job.flags.shows_pictures()) prepared.picture = std::move(image);
  } catch (const Error& error) {
    prepared.failure = error.message();
  } catch (const std::exception& error) {  // out of memory, OpenCV: not the batch's fault
    prepared.failure = std::string("cannot be processed: ") + error.what();
  }
  return prepared;
}

void prepare(const Input& input, const Job& job, std::istream& in, const Pipeline::Emit& emit) {
  thread_local const int threads = set_threads(job.threads_of_each);  // of the calling thread
  static_cast<void>(threads);
  std::optional<std::string> failure = input.failure;
  try {
    if (failure) throw Error(ErrorKind::kIo, *failure);
    if (const auto named = page_named_by(input.path)) {
      return emit(prepare_page(input.path, read_picture(named->first, in), named->second - 1, job));
    }
    const Bytes bytes = read_picture(input.path, in);
    const int pages = page_count(bytes);
    if (pages < 2) return emit(prepare_page(input.path, bytes, 0, job));
    for (int page = 0; page < pages; ++page) {
      emit(prepare_page(input.path + '#' + std::to_string(page + 1), bytes, page, job));
    }
  } catch (const Error& error) {
    emit({.path = input.path, .page = {}, .failure = error.message()});
  }
}

// All digits of the batch go through the network together.
std::vector<PredictionRecord> records_of(std::vector<Prepared>& batch, const Job& job) {
  std::vector<PredictionRecord> records;
  for (Prepared& prepared : batch) {
    PredictionRecord record{.path = std::move(prepared.path), .outcome = {}};
    if (prepared.failure) {
      record.outcome = ReadFailure{std::move(*prepared.failure)};
    } else if (job.flags.format.all) {
      record.outcome = page_prediction(prepared.page, job.flags.format.signs);
    } else {
      record.outcome = only_digit(prepared.page, job.flags.reject);
    }
    records.push_back(std::move(record));
  }
  return records;
}

// Classifying such pictures is what takes time. Otherwise finding the digits does, which keeps the
// processors busy: a team of threads that classifies meanwhile would spend its time waiting for its
// members.
bool is_in_mnist_form(const std::vector<Prepared>& batch) {
  return std::ranges::all_of(batch, [](const Prepared& prepared) {
    return std::ranges::all_of(prepared.page.finds,
                               [](const Find& find) { return find.score == 1; });
  });
}

void classify_batch(std::vector<Prepared>& batch, Predictor& predictor) {
  std::vector<Page> pages;
  for (Prepared& prepared : batch) pages.push_back(std::move(prepared.page));
  classify(pages, predictor);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].page = std::move(pages[i]);
}

bool holds_several(const PredictionRecord& record) {
  const auto* prediction = std::get_if<Prediction>(&record.outcome);
  return prediction != nullptr && prediction->rejection == Rejection::kSeveralDigits;
}

// "3 .pdf, 1 .txt, 2 without an ending", the commonest first.
std::string kinds_text(const Inputs::Kinds& kinds) {
  constexpr std::size_t kNamed = 5;
  std::vector<std::pair<std::string, std::size_t>> sorted(kinds.begin(), kinds.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{},
                           &std::pair<std::string, std::size_t>::second);
  std::string text;
  std::size_t others = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& [ending, count] = sorted[i];
    if (i >= kNamed || ending == "…") {
      others += count;
      continue;
    }
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " +
            (ending.empty() ? "without an ending" : one_line(ending));
  }
  if (others > 0) text += (text.empty() ? "" : ", ") + std::to_string(others) + " others";
  return text;
}

// Counts that the results alone do not show.
void say_counts(const Inputs::Kinds& kinds, std::size_t several) {
  std::size_t skipped = 0;
  for (const auto& [ending, count] : kinds) skipped += count;
  if (skipped > 0) {
    spdlog::info("skipped {} file{}, not {}: {}", skipped, skipped == 1 ? "" : "s", kImageFormats,
                 kinds_text(kinds));
  }
  if (several > 0) {
    spdlog::info("rejected {} picture{} as several-digits: --all reads what is in {}", several,
                 several == 1 ? "" : "s", several == 1 ? "it" : "them");
  }
}

// std::cin reads a folder, or a closed stdin, as an empty file.
void require_standard_input() {
  char nothing = 0;
  if (::read(STDIN_FILENO, &nothing, 0) >= 0) return;
  throw Error(ErrorKind::kIo, "cannot be read: " + system_reason(errno), "stdin");
}

// One thread for each picture, or more if there are fewer pictures than threads.
int threads_of_each(const Flags& flags, int threads) {
  if (flags.recursive || !flags.files_from.empty()) return 1;
  return std::max(1,
                  threads / static_cast<int>(std::clamp<std::size_t>(flags.paths.size(), 1, 1000)));
}

// Returns the exit code.
int write_all(Job& job, Pipeline& pipeline, const Inputs& inputs, PredictionFormatter& formatter,
              std::ostream& out) {
  InputDump dump(job.flags.dump_input, job.flags.format.all);
  Explanations explain(job.flags.explain);
  Review review(job.flags.review_to, job.flags.format.all);
  bool any_failed = false;
  bool any_rejected = false;
  std::size_t several = 0;
  int threads = job.threads;
  out << formatter.begin();
  while (true) {
    std::vector<Prepared> batch = pipeline.take(kBatch, require_reader);
    if (batch.empty()) break;
    const bool is_alone = job.threads_of_each == job.threads;  // nothing is prepared meanwhile
    const int wanted = is_alone || is_in_mnist_form(batch) ? job.threads : 1;
    if (wanted != threads) threads = set_threads(wanted);  // which is slow
    classify_batch(batch, job.predictor);
    for (const Prepared& prepared : batch) {
      dump.write(prepared);
      explain.write(prepared);
      review.write(prepared);
    }
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
  keep_freed_memory();
  const int threads = set_allowed_threads(flags.device.threads, 1, 1);  // Pipeline's
  const PredictorOptions options{.device = select_device(flags.device.device),
                                 .reject_below = flags.reject_below,
                                 .reject = flags.reject};
  return {flags, threads, threads_of_each(flags, threads),
          load_finder(page_model_path(flags.page_model)),
          Predictor(load_model(model_path(flags.model)), options)};
}

int run(Job& job, std::istream& in, std::ostream& out) {
  PredictionFormatter formatter(job.flags.format);
  for (const std::string& folder : {job.flags.dump_input, job.flags.explain, job.flags.review_to}) {
    if (!folder.empty()) make_folders(folder);
  }
  Inputs inputs(job.flags, in);
  Pipeline pipeline(
      [&] { return inputs.next(); },
      [&](const Input& input, const Pipeline::Emit& emit) { prepare(input, job, in, emit); },
      std::min(job.threads / job.threads_of_each, available_processors()),
      job.flags.shows_pictures() ? kFewPictures : kCapacity);
  try {
    return write_all(job, pipeline, inputs, formatter, out);
  } catch (...) {
    // Another process may still be writing the list, or a picture through a pipe. Don't wait for
    // it, now that there is nowhere to write results to.
    end_with_current_exception();
  }
}

}  // namespace mnist::app::predict
