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
#include "mnist/train/config.h"
#include "mnist/train/cross_validation.h"

#include "common/guard.h"
#include "common/interrupt.h"
#include "common/progress.h"
#include "common/shipped.h"

namespace mnist::app::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxConfigBytes = 1 << 20;
constexpr std::int64_t kShown = 50;
// A config is made for MNIST's 60 000 images: fewer are shown the more often, for as many steps.
constexpr double kUsualImages = 60'000;
constexpr double kMostEpochs = 30;

RunConfig config_of(const Flags& flags, const DigitSet& digits) {
  const fs::path file = fast_config_path(flags.config);
  const Bytes bytes = read_file(file, kMaxConfigBytes);
  const std::string text(bytes.begin(), bytes.end());
  RunConfig config = RunConfig::read(JsonDocument::parse(text, file.string()));
  config.seed = flags.seed;
  config.training.checkpoint_steps = 0;
  config.data.validation = 0;
  const double images = static_cast<double>(digits.size()) * (flags.folds - 1) / flags.folds;
  if (images < kUsualImages) {
    config.training.epochs =
        std::max(config.training.epochs,
                 std::min(kMostEpochs, config.training.epochs * kUsualImages / images));
  }
  return config;
}

std::string as_csv(const std::vector<LabelIssue>& issues, const NamedDigits& digits) {
  std::string text = csv_line(
      {"image", "label", "suggested", "label_probability", "suggested_probability", "confident"});
  for (const LabelIssue& issue : issues) {
    text +=
        csv_line({digits.names[static_cast<std::size_t>(issue.image)], std::to_string(issue.label),
                  std::to_string(issue.suggested), unrounded_text(issue.label_probability),
                  unrounded_text(issue.suggested_probability)});
  }
  return text;
}

// The end of a name, as much of it as fits below a picture: "#1234" of an IDX file.
std::string note_of(const std::string& name) {
  constexpr std::size_t kMost = 14;
  const std::string file = fs::path(name).filename().string();
  const std::size_t number = file.rfind('#');
  if (number != std::string::npos) return file.substr(number);
  return file.size() <= kMost ? file : "\u2026" + file.substr(file.size() - kMost);
}

chart::Drawing sheet_of(std::span<const LabelIssue> issues, const NamedDigits& digits) {
  std::vector<chart::SheetPicture> pictures;
  for (const LabelIssue& issue : issues) {
    pictures.push_back(
        {.image = chart::on_paper(picture_of(digits.digits, issue.image)),
         .caption = std::to_string(issue.label) + " \u2192 " + std::to_string(issue.suggested),
         .note = note_of(digits.names[static_cast<std::size_t>(issue.image)])});
  }
  const std::string title =
      pictures.empty() ? "No suspicious labels" : "Suspicious labels: given \u2192 suggested";
  return chart::contact_sheet(title, pictures, {.columns = 10, .description = title});
}

}  // namespace

int find_suspects(const NamedDigits& digits, const Flags& flags, std::ostream& out) {
  const RunConfig config = config_of(flags, digits.digits);
  set_threads(flags.device.threads);
  ProgressBar bar(flags.common);
  catch_interrupts();
  const std::vector<Probabilities> probabilities = cross_validated_probabilities(
      config, digits.digits,
      {.folds = flags.folds,
       .device = select_device(flags.device.device),
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

  const auto shown =
      std::min(issues.size(), static_cast<std::size_t>(flags.count.value_or(kShown)));
  const std::string csv = as_csv(issues, digits);
  const std::vector<std::uint8_t> sheet =
      chart::draw_png(sheet_of(std::span(issues).first(shown), digits));
  make_folders(flags.out);
  const fs::path list = fs::path(flags.out) / "suspects.csv";
  const fs::path picture = fs::path(flags.out) / "suspects.png";
  write_file_atomically(picture, sheet);
  write_file_atomically(list, Bytes(csv.begin(), csv.end()));
  out << list.string() << '\n' << picture.string() << '\n';
  flush_results(out);
  return kSuccess;
}

}  // namespace mnist::app::data
