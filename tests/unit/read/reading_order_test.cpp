#include "mnist/read/reading_order.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/torch_catch.h"

namespace mnist {
namespace {

// Lines of digits 20 wide and 30 high, 28 apart, that fall by `slope`; shuffled.
std::vector<Find> lines_of(const std::vector<std::string>& lines, double slope) {
  std::vector<Find> finds;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    for (std::size_t i = 0; i < lines[row].size(); ++i) {
      const int x = 20 + 28 * static_cast<int>(i);
      const int y = 200 + 60 * static_cast<int>(row) + static_cast<int>(slope * x);
      Find find{.box = {x, y, 20, 30}};
      find.prediction.digit = lines[row][i] - '0';
      finds.push_back(find);
    }
  }
  std::mt19937_64 engine(1);
  for (std::size_t i = finds.size(); i > 1; --i) std::swap(finds[i - 1], finds[engine() % i]);
  return finds;
}

std::string text_of(const std::vector<Find>& finds) {
  std::string text;
  int row = 0;
  for (const Find& find : finds) {
    if (find.row != row) text += '-';
    row = find.row;
    text += static_cast<char>('0' + *find.prediction.digit);
  }
  return text;
}

}  // namespace

TEST_CASE("rows are read from the top, each from left to right", "[read]") {
  for (const double slope : {0.0, 0.1, -0.1, 0.25, -0.25}) {
    INFO("slope " << slope);
    std::vector<Find> finds = lines_of({"3141592653", "58979", "3238462643"}, slope);
    reading::put_in_order(finds);
    CHECK(text_of(finds) == "3141592653-58979-3238462643");
  }
}

TEST_CASE("a line that falls steeply is one line", "[read]") {
  for (const double slope : {0.4, -0.4}) {
    INFO("slope " << slope);
    std::vector<Find> finds = lines_of({"3141592653", "5897932384"}, slope);
    reading::put_in_order(finds);
    CHECK(text_of(finds) == "3141592653-5897932384");
  }
}

TEST_CASE("a few digits do not say how lines run", "[read]") {
  const auto text_at = [](const std::vector<std::pair<int, int>>& places) {
    std::vector<Find> finds;
    for (const auto& [x, y] : places) {
      Find find{.box = {x, y, 20, 30}};
      find.prediction.digit = static_cast<int>(finds.size());
      finds.push_back(find);
    }
    reading::put_in_order(finds);
    return text_of(finds);
  };
  CHECK(text_at({{0, 0}, {90, 40}}) == "0-1");           // one above the other
  CHECK(text_at({{0, 0}, {20, 10}, {40, 0}}) == "012");  // one line, uneven
}

TEST_CASE("a point joins the row that it stands on", "[read]") {
  std::vector<Find> finds = lines_of({"314", "159"}, 0);
  finds.push_back({.kind = FindKind::kPoint, .box = {42, 226, 4, 5}});
  reading::put_in_order(finds);
  CHECK(finds[1].kind == FindKind::kPoint);
  CHECK(finds[1].row == 0);
}

}  // namespace mnist
