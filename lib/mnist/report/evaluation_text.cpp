// classification_report's layout: names right-aligned to 12 columns ("weighted avg"), a space, then
// columns of 9 with a space before each.
#include "mnist/report/evaluation_text.h"

#include <algorithm>
#include <initializer_list>

#include "mnist/report/number_text.h"

namespace mnist {
namespace {

constexpr std::size_t kListedImages = 20;

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string left_aligned(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string report_row(const std::string& name, std::initializer_list<std::string> columns) {
  std::string row = right_aligned(name, 12) + ' ';
  for (const std::string& column : columns) row += ' ' + right_aligned(column, 9);
  return row + '\n';
}

std::string report_row(const std::string& name, const ClassScores& scores) {
  return report_row(name, {score_text(scores.precision), score_text(scores.recall),
                           score_text(scores.f1), std::to_string(scores.support)});
}

std::string summary_line(const std::string& name, const std::string& value) {
  return left_aligned(name, 14) + value + '\n';
}

std::string interval_text(const Interval& interval) {
  return score_text(interval.lower) + " to " + score_text(interval.upper);
}

std::string summary(const EvaluationResult& result) {
  std::string text;
  if (!result.model.empty()) text += summary_line("model", result.model);
  text += summary_line(
      "data", (result.data.empty() ? "" : result.data + ", ") + images_text(result.images));
  text += summary_line("accuracy", score_text(result.accuracy) + " (95 % Wilson interval " +
                                       interval_text(result.accuracy_interval) + ")");
  text += summary_line("loss", score_text(result.loss));
  text += summary_line(
      "ECE", score_text(result.ece) + " (" + std::to_string(result.reliability.size()) + " bins)");
  text += summary_line("Brier score", score_text(result.brier));
  text += summary_line("images/s", fixed_text(result.images_per_second, 1));
  if (const auto& rejection = result.rejection) {
    text += summary_line("rejected", images_text(rejection->rejected) + "; accepted share " +
                                         score_text(rejection->coverage) + ", accuracy of these " +
                                         score_text(rejection->accuracy));
  }
  return text;
}

std::string source_table(const EvaluationResult& result) {
  std::size_t width = std::string("mean").size();
  for (const SourceScores& scores : result.per_source) {
    width = std::max(width, scores.source.size());
  }
  const auto row = [width](const std::string& source, const std::string& images,
                           const std::string& accuracy, const std::string& interval) {
    std::string line =
        left_aligned(source, width) + right_aligned(images, 9) + right_aligned(accuracy, 10);
    if (!interval.empty()) line += "  " + interval;
    return line + '\n';
  };
  std::string text = "accuracy by source\n" + row("", "images", "accuracy", "95 % interval");
  for (const SourceScores& scores : result.per_source) {
    text += row(scores.source, std::to_string(scores.images), score_text(scores.accuracy),
                interval_text(scores.accuracy_interval));
  }
  return text + row("mean", "", score_text(result.source_mean_accuracy), "");
}

std::string image_list(const std::vector<std::int64_t>& images) {
  std::string text = std::to_string(images.size());
  for (std::size_t i = 0; i < std::min(images.size(), kListedImages); ++i) {
    text += (i == 0 ? ": " : ", ") + std::to_string(images[i]);
  }
  return text + (images.size() > kListedImages ? ", ..." : "");
}

std::string probability_text(double p) { return p < 0.0001 ? "< 0.0001" : score_text(p); }

std::string comparison_text(const ModelComparison& comparison) {
  const PairedComparison& paired = comparison.paired;
  return "compared with " + comparison.model + " on the same images (counted from 0)\n" +
         summary_line("accuracy", score_text(comparison.accuracy)) +
         summary_line("right in both", std::to_string(paired.both_right)) +
         summary_line("only here", image_list(paired.only_first)) +
         summary_line("only there", image_list(paired.only_second)) +
         summary_line("in neither", std::to_string(paired.both_wrong)) +
         summary_line("p", probability_text(paired.p_value) + " (McNemar's exact test, two-sided)");
}

}  // namespace

std::string classification_report(const EvaluationResult& result) {
  std::string text = report_row("", {"precision", "recall", "f1-score", "support"}) + '\n';
  for (std::size_t label = 0; label < result.per_class.size(); ++label) {
    text += report_row(std::to_string(label), result.per_class[label]);
  }
  text += '\n';
  text +=
      report_row("accuracy", {"", "", score_text(result.accuracy), std::to_string(result.images)});
  text += report_row("macro avg", result.macro);
  text += report_row("weighted avg", result.weighted);
  return text;
}

std::string confusion_table(const ConfusionMatrix& confusion) {
  const std::size_t width = std::max<std::size_t>(5, std::to_string(confusion.total()).size() + 1);
  const auto cell = [width](std::int64_t value) {
    return right_aligned(std::to_string(value), width);
  };
  const bool some_unanswered = confusion.unanswered() > 0;

  std::string text = "confusion matrix (rows = true, columns = predicted";
  text += some_unanswered ? "; none = no answer)\n    " : ")\n    ";
  for (int predicted = 0; predicted < confusion.classes(); ++predicted) text += cell(predicted);
  if (some_unanswered) text += right_aligned("none", width + 1);
  text += '\n';
  for (int truth = 0; truth < confusion.classes(); ++truth) {
    text += right_aligned(std::to_string(truth), 4);
    for (int predicted = 0; predicted < confusion.classes(); ++predicted) {
      text += cell(confusion.count(truth, predicted));
    }
    if (some_unanswered) text += ' ' + cell(confusion.unanswered(truth));
    text += '\n';
  }
  return text;
}

std::string evaluation_text(const EvaluationResult& result) {
  std::string text =
      classification_report(result) + '\n' + confusion_table(result.confusion) + '\n';
  text += summary(result);
  if (!result.per_source.empty()) text += '\n' + source_table(result);
  if (result.comparison) text += '\n' + comparison_text(*result.comparison);
  return text;
}

}  // namespace mnist
