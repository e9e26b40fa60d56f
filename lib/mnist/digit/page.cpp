#include "mnist/digit/page.h"

#include <cmath>

namespace mnist {
namespace {

bool is_accepted(const Find& find) {
  return find.kind == FindKind::kDigit && find.prediction.rejection != Rejection::kNotADigit;
}

}  // namespace

const char* to_string(FindKind kind) {
  switch (kind) {
    case FindKind::kDigit:
      return "digit";
    case FindKind::kPoint:
      return "point";
    case FindKind::kSlash:
      return "slash";
    case FindKind::kHyphen:
      return "hyphen";
    case FindKind::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

const Find* find_in_box(const Page& page, const Box& box) {
  const Find* nearest = nullptr;
  double least = 0;
  for (const Find& find : page.finds) {
    if (find.kind != FindKind::kDigit) continue;
    const double x = find.box.x + find.box.width / 2.0 - box.x;
    const double y = find.box.y + find.box.height / 2.0 - box.y;
    if (x < 0 || y < 0 || x > box.width || y > box.height) continue;
    const double away = std::hypot(x - box.width / 2.0, y - box.height / 2.0);
    if (nearest != nullptr && away >= least) continue;
    nearest = &find;
    least = away;
  }
  return nearest;
}

const Find* surest_digit(const Page& page) {
  const Find* surest = nullptr;
  for (const Find& find : page.finds) {
    if (find.kind != FindKind::kDigit) continue;
    const auto is_surer = [&] {
      if (is_accepted(find) != is_accepted(*surest)) return is_accepted(find);
      return find.score > surest->score;
    };
    if (surest == nullptr || is_surer()) surest = &find;
  }
  return surest;
}

Prediction only_digit(const Page& page, bool reject) {
  const Find* surest = surest_digit(page);
  if (surest == nullptr) {
    const bool is_blank = page.finds.empty() && !page.other_writing;
    return {.rejection = is_blank ? Rejection::kBlank : Rejection::kNotADigit};
  }
  Prediction prediction = surest->prediction;
  if (!reject) return prediction;
  if (page.is_faint && !is_accepted(*surest) && !page.other_writing) {
    return {.rejection = Rejection::kBlank};
  }
  int digits = 0;
  for (const Find& find : page.finds) digits += is_accepted(find) ? 1 : 0;
  if (digits > 1) prediction.rejection = Rejection::kSeveralDigits;
  return prediction;
}

}  // namespace mnist
