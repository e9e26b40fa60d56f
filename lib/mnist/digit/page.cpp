#include "mnist/digit/page.h"

#include <cmath>

namespace mnist {
namespace {

bool is_accepted(const Find& find) {
  return find.kind == FindKind::kDigit && find.prediction.rejection != Rejection::kNotADigit;
}

struct Middle {
  double x;
  double y;
};

Middle middle_of(const Box& box) { return {box.x + box.width / 2.0, box.y + box.height / 2.0}; }

}  // namespace

const char* to_string(FindKind kind) {
  switch (kind) {
    case FindKind::kDigit:
      return "digit";
    case FindKind::kPoint:
      return "point";
    case FindKind::kComma:
      return "comma";
    case FindKind::kSlash:
      return "slash";
    case FindKind::kHyphen:
      return "hyphen";
    case FindKind::kUnreadable:
      return "unreadable";
  }
  return "unknown";
}

bool holds_middle(const Box& outer, const Box& inner) {
  const Middle middle = middle_of(inner);
  return middle.x >= outer.x && middle.y >= outer.y && middle.x <= outer.x + outer.width &&
         middle.y <= outer.y + outer.height;
}

const Find* find_in_box(const Page& page, const Box& box) {
  const Find* nearest = nullptr;
  double least = 0;
  for (const Find& find : page.finds) {
    if (find.kind != FindKind::kDigit || !holds_middle(box, find.box)) continue;
    const Middle wanted = middle_of(box);
    const Middle found = middle_of(find.box);
    const double away = std::hypot(found.x - wanted.x, found.y - wanted.y);
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
