#include "mnist/report/prediction_values.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

namespace mnist::reporting {

bool accepted(const Prediction& prediction) {
  return prediction.digit.has_value() && !prediction.rejection.has_value();
}

std::string digit_text(const Prediction& prediction) {
  return accepted(prediction) ? std::to_string(*prediction.digit) : "?";
}

bool is_sign(const LocatedPrediction& located) {
  return located.kind != FindKind::kDigit && located.kind != FindKind::kUnreadable;
}

std::string sign_text(const LocatedPrediction& located) {
  switch (located.kind) {
    case FindKind::kPoint:
      return ".";
    case FindKind::kComma:
      return ",";
    case FindKind::kSlash:
      return "/";
    case FindKind::kHyphen:
      return "-";
    default:
      return "";
  }
}

std::string digit_text(const PagePrediction& page) {
  std::string text;
  for (std::size_t i = 0; i < page.digits.size(); ++i) {
    const LocatedPrediction& located = page.digits[i];
    if (i > 0 && located.row != page.digits[i - 1].row) text += page.with_signs ? ' ' : '-';
    text += is_sign(located) ? sign_text(located) : digit_text(located.prediction);
  }
  return text.empty() ? "?" : text;
}

double confidence(const Prediction& prediction) { return prediction.confidence; }

// A chain is as strong as its weakest link.
double confidence(const PagePrediction& page) {
  std::optional<double> lowest;
  for (const LocatedPrediction& located : page.digits) {
    if (is_sign(located)) continue;
    lowest = std::min(lowest.value_or(1.0), located.prediction.confidence);
  }
  return lowest.value_or(0.0);
}

const char* reason(const Prediction& prediction) {
  return prediction.rejection ? to_string(*prediction.rejection) : nullptr;
}

// That of the first rejected digit.
const char* reason(const PagePrediction& page) {
  if (std::ranges::all_of(page.digits, is_sign)) return to_string(Rejection::kBlank);
  for (const LocatedPrediction& digit : page.digits) {
    if (digit.prediction.rejection) return reason(digit.prediction);
  }
  return nullptr;
}

// The classes by decreasing probability, the lower digit first among equals.
std::vector<int> best_classes(const Prediction& prediction, int count) {
  std::vector<int> classes(kClasses);
  std::iota(classes.begin(), classes.end(), 0);
  std::ranges::stable_sort(classes, std::ranges::greater{},
                           [&](int label) { return prediction.probabilities[label]; });
  classes.resize(static_cast<std::size_t>(count));
  return classes;
}

}  // namespace mnist::reporting
