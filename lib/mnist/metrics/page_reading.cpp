#include "mnist/metrics/page_reading.h"

#include <algorithm>

#include "mnist/metrics/undefined.h"

namespace mnist {
namespace {

constexpr double kShared = 0.5;

double shared_part(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const auto area = [](const Box& box) { return static_cast<double>(box.width) * box.height; };
  return width * height / std::max(1.0, std::min(area(a), area(b)));
}

struct Pair {
  double shared;
  std::size_t mark;
  std::size_t find;
};

void count_digits(const std::vector<LocatedDigit>& marks, const std::vector<LocatedDigit>& finds,
                  PageScores& scores) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    for (std::size_t j = 0; j < finds.size(); ++j) {
      const double shared = shared_part(marks[i].box, finds[j].box);
      if (shared >= kShared) pairs.push_back({shared, i, j});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.shared > b.shared; });
  std::vector<bool> is_found(marks.size(), false);
  std::vector<bool> is_meant(finds.size(), false);
  for (const Pair& pair : pairs) {
    if (is_found[pair.mark] || is_meant[pair.find]) continue;
    is_found[pair.mark] = is_meant[pair.find] = true;
    const int wanted = marks[pair.mark].digit;
    scores.misread += wanted >= 0 && wanted != finds[pair.find].digit ? 1 : 0;
  }
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].digit < 0) continue;
    ++scores.digits;
    scores.missed += is_found[i] ? 0 : 1;
  }
  for (std::size_t j = 0; j < finds.size(); ++j) {
    scores.invented += is_meant[j] || finds[j].digit < 0 ? 0 : 1;
  }
}

}  // namespace

double PageScores::whole_share() const {
  return texts > 0 ? static_cast<double>(whole) / static_cast<double>(texts) : kUndefined;
}

double PageScores::character_error_rate() const {
  return characters > 0 ? static_cast<double>(errors) / static_cast<double>(characters)
                        : kUndefined;
}

Interval PageScores::whole_interval() const { return wilson_interval(whole, texts); }

void PageScores::add(const PageScores& other) {
  pages += other.pages;
  texts += other.texts;
  whole += other.whole;
  characters += other.characters;
  errors += other.errors;
  digits += other.digits;
  missed += other.missed;
  misread += other.misread;
  invented += other.invented;
}

std::int64_t edit_distance(std::string_view wanted, std::string_view read) {
  std::vector<std::int64_t> row(read.size() + 1);
  for (std::size_t j = 0; j <= read.size(); ++j) row[j] = static_cast<std::int64_t>(j);
  for (const char want : wanted) {
    const bool is_any = want == '?';
    std::int64_t diagonal = row[0];
    row[0] += is_any ? 0 : 1;
    for (std::size_t j = 1; j <= read.size(); ++j) {
      const std::int64_t exchanged = diagonal + (is_any || want == read[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + (is_any ? 0 : 1), row[j - 1] + 1, exchanged});
    }
  }
  return row.back();
}

PageScores score_page(const PageReading& page) {
  PageScores scores{.pages = 1};
  if (page.wanted) {
    scores.texts = 1;
    scores.characters = static_cast<std::int64_t>(page.wanted->size());
    scores.errors = edit_distance(*page.wanted, page.read);
    scores.whole = scores.errors == 0 ? 1 : 0;
  }
  if (page.marks) count_digits(*page.marks, page.finds, scores);
  return scores;
}

}  // namespace mnist
