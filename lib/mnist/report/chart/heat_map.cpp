#include "mnist/report/chart/heat_map.h"

#include <algorithm>
#include <cmath>

#include "mnist/metrics/undefined.h"
#include "mnist/report/number_text.h"

namespace mnist::chart {
namespace {

constexpr double kLeft = 50.0;
constexpr double kTop = 46.0;
constexpr double kCell = 38.0;
constexpr double kGap = 2.0;
constexpr double kMargin = 8.0;

struct Cell {
  int truth;
  int predicted;  // the number of classes stands for "none"
  std::int64_t count;
  double share;  // of the row; undefined if the row is empty
};

std::vector<Cell> cells_of(const ConfusionMatrix& confusion) {
  const int classes = confusion.classes();
  const int columns = classes + (confusion.unanswered() > 0 ? 1 : 0);
  std::vector<Cell> cells;
  for (int truth = 0; truth < classes; ++truth) {
    for (int predicted = 0; predicted < columns; ++predicted) {
      const std::int64_t count =
          predicted < classes ? confusion.count(truth, predicted) : confusion.unanswered(truth);
      cells.push_back({truth, predicted, count, ratio(count, confusion.support(truth))});
    }
  }
  return cells;
}

std::string shown(const Cell& cell, CellText text) {
  if (text == CellText::kCounts) return std::to_string(cell.count);
  const double percent = 100 * cell.share;
  return fixed_text(percent, percent == 100 ? 0 : percent >= 10 ? 1 : 2);
}

std::string source_of(const Cell& cell, int classes, CellText text) {
  const bool counts = text == CellText::kCounts;
  const std::string row = '/' + std::to_string(cell.truth);
  if (cell.predicted == classes) return (counts ? "/unanswered" : "/unanswered_shares") + row;
  return (counts ? "/confusion_matrix" : "/confusion_shares") + row + '/' +
         std::to_string(cell.predicted);
}

void add_cell(Chart& drawing, const Cell& cell, double depth, int classes, CellText text) {
  const bool right = cell.truth == cell.predicted;
  const Point corner{kLeft + kCell * cell.predicted, kTop + kCell * cell.truth};
  const double side = kCell - kGap;
  const std::string predicted =
      cell.predicted == classes ? "not answered" : "read as " + std::to_string(cell.predicted);
  const std::string hint =
      "true " + std::to_string(cell.truth) + ", " + predicted + ": " + std::to_string(cell.count);
  drawing.shapes.push_back(Rectangle{.corner = corner,
                                     .width = side,
                                     .height = side,
                                     .fill = cell.count == 0 ? Color::kGrid
                                             : right         ? Color::kFirst
                                                             : Color::kSecond,
                                     .opacity = cell.count == 0 ? 0.35 : depth,
                                     .hint = hint});
  if (cell.count == 0) return;  // only errors are of interest
  drawing.shapes.push_back(Text{.at = {corner.x + side / 2, corner.y + side / 2 + 4},
                                .text = shown(cell, text),
                                .size = 11.5,
                                .color = depth > 0.8 ? Color::kOnFill : Color::kText,
                                .anchor = Anchor::kMiddle,
                                .source = source_of(cell, classes, text),
                                .hint = hint});
}

void add_axes(Chart& drawing, int classes, int columns, CellText text) {
  const auto label = [&drawing](Point at, const std::string& words, bool upwards = false) {
    drawing.shapes.push_back(Text{.at = at,
                                  .text = words,
                                  .size = 12,
                                  .color = Color::kMuted,
                                  .anchor = Anchor::kMiddle,
                                  .upwards = upwards});
  };
  const double half = (kCell - kGap) / 2;
  for (int c = 0; c < columns; ++c) {
    label({kLeft + kCell * c + half, kTop - 8}, c < classes ? std::to_string(c) : "none");
  }
  for (int c = 0; c < classes; ++c) {
    label({kLeft - 14, kTop + kCell * c + half + 4}, std::to_string(c));
  }
  label({kLeft + kCell * classes / 2, 14},
        text == CellText::kCounts ? "predicted (images)" : "predicted (per cent of row)");
  label({16, kTop + kCell * classes / 2}, "true", /*upwards=*/true);
}

}  // namespace

Chart draw_confusion(const ConfusionMatrix& confusion, CellText text) {
  const int classes = confusion.classes();
  const int columns = classes + (confusion.unanswered() > 0 ? 1 : 0);
  Chart drawing{.width = kLeft + kCell * columns + kMargin,
                .height = kTop + kCell * classes + kMargin,
                .description = text == CellText::kCounts
                                   ? "Confusion matrix, counts; rows are the true digit"
                                   : "Confusion matrix, per cent of each row; rows are the true "
                                     "digit"};
  add_axes(drawing, classes, columns, text);
  const std::vector<Cell> cells = cells_of(confusion);
  std::int64_t worst = 1;
  for (const Cell& cell : cells) {
    if (cell.truth != cell.predicted) worst = std::max(worst, cell.count);
  }
  for (const Cell& cell : cells) {
    const double depth =
        cell.truth == cell.predicted
            ? 0.1 + 0.9 * std::max(0.0, std::isnan(cell.share) ? 0 : cell.share)
            : 0.15 + 0.85 * std::sqrt(static_cast<double>(cell.count) / static_cast<double>(worst));
    add_cell(drawing, cell, depth, classes, text);
  }
  return drawing;
}

}  // namespace mnist::chart
