// From left to right, each find joins the row whose line it stands on. A row begins with the usual
// slope from a digit to the next one; its line continues from its last finds, with their slope.
#include "mnist/read/reading_order.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "mnist/digit/tuning.h"

namespace mnist::reading {
namespace {

double middle_of(const Box& box) { return box.y + box.height / 2.0; }
double centre_of(const Box& box) { return box.x + box.width / 2.0; }

struct Row {
  std::vector<std::size_t> finds;
  double x = 0;  // of the last find
  double y = 0;  // where the line is there
  double slope = 0;
  double height = 0;  // of its digits, usually

  double at(double place) const { return y + slope * (place - x); }
};

bool is_digit(const Find& find) {
  return find.kind == FindKind::kDigit || find.kind == FindKind::kUnreadable;
}

// The median slope from each digit to the nearest one on its right; 0 if it would rest on one pair.
double usual_slope(const std::vector<Find>& finds) {
  std::vector<double> slopes;
  for (const Find& find : finds) {
    double nearest = std::numeric_limits<double>::infinity();
    double slope = 0;
    for (const Find& other : finds) {
      const double right = centre_of(other.box) - centre_of(find.box);
      const double down = middle_of(other.box) - middle_of(find.box);
      if (!is_digit(find) || !is_digit(other) || right <= 0) continue;
      if (std::abs(down) > kTuning.steepest_row * right) continue;
      const double away = std::hypot(right, down);
      if (away >= nearest) continue;
      nearest = away;
      slope = down / std::max<double>(right, find.box.height);
    }
    if (std::isfinite(nearest)) slopes.push_back(slope);
  }
  if (slopes.size() < 3) return 0;
  std::ranges::sort(slopes);
  const std::size_t middle = slopes.size() / 2;
  return slopes.size() % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
}

void join(Row& row, const Find& find, std::size_t index) {
  const double x = centre_of(find.box);
  const double y = middle_of(find.box);
  row.finds.push_back(index);
  if (!is_digit(find)) return;
  if (row.height > 0 && x > row.x) {
    const double seen = (y - row.y) / std::max(x - row.x, row.height);
    row.slope = std::clamp(row.slope + kTuning.follow * (seen - row.slope), -kTuning.steepest_row,
                           kTuning.steepest_row);
  }
  row.y = row.height > 0 ? row.at(x) + kTuning.follow * (y - row.at(x)) : y;
  row.x = x;
  row.height = row.height > 0 ? row.height + kTuning.follow * (find.box.height - row.height)
                              : find.box.height;
}

}  // namespace

void put_in_order(std::vector<Find>& finds) {
  std::vector<std::size_t> order(finds.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return centre_of(finds[a].box) < centre_of(finds[b].box);
  });
  // Digits make the rows; signs join them.
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return is_digit(finds[i]); });
  const double slope = usual_slope(finds);
  std::vector<Row> rows;
  for (const std::size_t i : order) {
    const Find& find = finds[i];
    Row* nearest = nullptr;
    double least = 1;
    for (Row& row : rows) {
      const double height = is_digit(find)
                                ? std::max(row.height, static_cast<double>(find.box.height))
                                : row.height / kTuning.off_line;
      const double off = std::abs(middle_of(find.box) - row.at(centre_of(find.box))) /
                         (kTuning.off_line * std::max(1.0, height));
      if (off < least) {
        least = off;
        nearest = &row;
      }
    }
    if (nearest == nullptr) nearest = &rows.emplace_back(Row{.finds = {}, .slope = slope});
    join(*nearest, find, i);
  }
  const auto height_of = [&](const Row& row) {
    double sum = 0;
    for (const std::size_t i : row.finds) sum += middle_of(finds[i].box);
    return sum / static_cast<double>(row.finds.size());
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return height_of(a) < height_of(b); });
  std::vector<Find> sorted;
  sorted.reserve(finds.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::stable_sort(rows[r].finds.begin(), rows[r].finds.end(), [&](std::size_t a, std::size_t b) {
      return centre_of(finds[a].box) < centre_of(finds[b].box);
    });
    for (const std::size_t i : rows[r].finds) {
      sorted.push_back(finds[i]);
      sorted.back().row = static_cast<int>(r);
    }
  }
  finds = std::move(sorted);
}

}  // namespace mnist::reading
