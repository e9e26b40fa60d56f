#include "data/suspects.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/json_document.h"
#include "mnist/metrics/label_issues.h"
#include "mnist/model/device.h"
#include "mnist/report/chart/contact_sheet.h"
#include "mnist/report/chart/raster.h"
#include "mnist/report/csv.h"
#include "mnist/report/number_text.h"
#include "mnist/train/cross_validation.h"

#include "common/data_files.h"
#include "common/guard.h"
#include "common/interrupt.h"
#include "common/names.h"
#include "common/progress.h"
#include "common/shipped.h"

namespace mnist::app::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kShown = 50;
// A config is made for MNIST's 60 000 images: fewer are shown more often.
constexpr double kUsualImages = 60'000;
constexpr double kMostEpochs = 30;

// The same number of steps for any number of images.
RunConfig for_images(RunConfig config, std::int64_t images) {
  if (static_cast<double>(images) >= kUsualImages) return config;
  const double more = kUsualImages / static_cast<double>(images);
  config.training.epochs =
      std::max(config.training.epochs, std::min(kMostEpochs, config.training.epochs * more));
  return config;
}

std::string as_csv(const std::vector<LabelIssue>& issues, const NamedDigits& digits) {
  std::string text = csv_line(
      {"image", "label", "suggested", "label_probability", "suggested_probability", "confident"});
  for (const LabelIssue& issue : issues) {
    text +=
        csv_line({digits.names[static_cast<std::size_t>(issue.image)], std::to_string(issue.label),
                  std::to_string(issue.suggested), unrounded_text(issue.label_probability),
                  unrounded_text(issue.suggested_probability), issue.is_confident ? "yes" : "no"});
  }
  return text;
}

// The part of a name that fits below a picture: "#1234" of an IDX file, the end of a path.
std::string note_of(const std::string& name) {
  constexpr std::size_t kMost = 14;
  const std::string file = fs::path(name).filename().string();
  const std::size_t number = file.rfind('#');
  const std::string end = number != std::string::npos ? file.substr(number) : end_of(file, kMost);
  return valid_utf8(end);
}

// About as high as wide if there are many.
int columns_for(std::size_t pictures) {
  constexpr int kUsual = 10;
  return std::max(kUsual, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(pictures)))));
}

// Each under its row in suspects.csv.
chart::Chart sheet_of(std::span<const LabelIssue> issues, std::size_t all,
                      const NamedDigits& digits) {
  std::vector<chart::SheetPicture> pictures;
  for (const LabelIssue& issue : issues) {
    const std::string row = std::to_string(pictures.size() + 1);
    pictures.push_back(
        {.image = chart::on_paper(picture_of(digits.digits, issue.image)),
         .caption = std::to_string(issue.label) + " \u2192 " + std::to_string(issue.suggested) +
                    (issue.is_confident ? " !" : ""),
         .note = row + ": " + note_of(digits.names[static_cast<std::size_t>(issue.image)])});
  }
  const std::string title = pictures.empty()
                                ? "No suspicious labels"
                                : std::to_string(pictures.size()) + " of " + std::to_string(all) +
                                      " suspicious labels: given \u2192 suggested (!: confidently)";
  return chart::contact_sheet(title, pictures,
                              {.columns = columns_for(pictures.size()), .description = title});
}

// From few images, networks learn too little to doubt a label.
void warn_of_few(const DigitSet& digits) {
  constexpr std::int64_t kEnough = 100;  // of a class
  const torch::Tensor counts = torch::bincount(digits.labels, {}, kClasses);
  if (counts.gt(0).sum().item<int>() < 2) {
    throw Error(ErrorKind::kUsage, "all labels are the same: there is nothing to compare with",
                digits.name);
  }
  const torch::Tensor few = counts.gt(0).logical_and(counts.lt(kEnough));
  if (!few.any().item<bool>()) return;
  spdlog::warn("fewer than {} images of some digits: many suspects will be false alarms", kEnough);
}

}  // namespace

SuspectsJob resolve_suspects(const Flags& flags) {
  const JsonDocument document = read_config_document(fast_config_path(flags.config));
  SuspectsJob job{.flags = flags,
                  .config = RunConfig::read(document),
                  .device = select_device(flags.device.device)};
  job.config.seed = flags.seed;
  return job;
}

int find_suspects(const SuspectsJob& job, const NamedDigits& digits, std::ostream& out) {
  warn_of_few(digits.digits);
  const int folds = job.flags.folds;
  const RunConfig config = for_images(job.config, digits.digits.size() * (folds - 1) / folds);
  ProgressBar bar(job.flags.common);
  catch_interrupts();
  const std::vector<Probabilities> probabilities = cross_validated_probabilities(
      config, digits.digits,
      {.folds = folds,
       .device = job.device,
       .on_progress = [&](double done) { bar.update("cross-validation", done, 1.0, ""); },
       .interrupted = [] { return interrupted(); }});
  bar.clear();
  if (probabilities.empty()) {
    spdlog::error("interrupted; nothing was written");
    return kFailure;
  }
  const std::int64_t* label = digits.digits.labels.data_ptr<std::int64_t>();
  const std::vector<int> labels(label, label + digits.digits.size());
  const std::vector<LabelIssue> issues = label_issues(labels, probabilities);
  spdlog::info("{} of {} labels are not what the network would say, {} of them confidently so",
               issues.size(), labels.size(),
               std::ranges::count_if(issues, &LabelIssue::is_confident));

  const auto wanted = static_cast<std::size_t>(job.flags.count.value_or(kShown));
  const auto shown = std::span(issues).first(std::min(issues.size(), wanted));
  const std::string csv = as_csv(issues, digits);
  const std::vector<std::uint8_t> sheet = chart::draw_png(sheet_of(shown, issues.size(), digits));
  make_folders(job.flags.out);
  const fs::path list = fs::path(job.flags.out) / "suspects.csv";
  const fs::path picture = fs::path(job.flags.out) / "suspects.png";
  write_file_atomically(list, Bytes(csv.begin(), csv.end()));
  write_file_atomically(picture, sheet);
  out << list.string() << '\n' << picture.string() << '\n';
  flush_results(out);
  return digits.any_unreadable ? kFailure : kSuccess;
}

}  // namespace mnist::app::data
