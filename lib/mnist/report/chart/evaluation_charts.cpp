#include "mnist/report/chart/evaluation_charts.h"

#include <algorithm>
#include <cmath>

#include "mnist/report/chart/frame.h"
#include "mnist/report/chart/line_chart.h"
#include "mnist/report/number_text.h"

namespace mnist::chart {
namespace {

constexpr double kWidth = 440.0;
constexpr double kHeight = 320.0;
constexpr double kWhisker = 3.0;  // half the width of an interval's ends
constexpr double kCountSize = 10.5;
constexpr double kMargin = 5.0;  // between a number and the frame

std::string percent(double share) { return fixed_text(100 * share, 1) + " %"; }

void add_interval(Chart& drawing, Point low, Point high) {
  for (const Line& line :
       {Line{.points = {low, high}, .color = Color::kMuted},
        Line{.points = {{low.x - kWhisker, low.y}, {low.x + kWhisker, low.y}},
        .color = Color::kMuted},
        Line{.points = {{high.x - kWhisker, high.y}, {high.x + kWhisker, high.y}},
        .color = Color::kMuted}}) {
    drawing.shapes.push_back(line);
  }
}

// The confidence that every bin's images have, with room for a name.
Axis confidence_axis() {
  return {.label = "confidence, per cent", .low = 0.0, .high = 1.0, .percent = true};
}

// Where, from the left, a tenth of all errors have occurred: before that the curve is flat. Rounded
// down to a twentieth.
double bend(const std::vector<CoveragePoint>& curve) {
  const auto errors = [](const CoveragePoint& point) {
    return point.coverage * (1 - point.accuracy);
  };
  const double all = errors(curve.back());
  if (all <= 0) return 0.0;
  const auto first = std::ranges::find_if(
      curve, [&](const CoveragePoint& point) { return errors(point) > 0.1 * all; });
  constexpr double kSteps = 20.0;
  return std::floor(kSteps * first->coverage - 1e-9) / kSteps;
}

}  // namespace

Chart draw_reliability(const std::vector<ReliabilityBin>& bins) {
  Chart drawing{.width = kWidth,
                .height = kHeight,
                .description = "Reliability diagram: accuracy over confidence"};
  const Frame frame =
      add_frame(drawing, "Accuracy over confidence",
                {{"accuracy of the images in a bin", Color::kFirst},
                 {"perfectly calibrated", Color::kMuted, /*dashed=*/true}},
                {.axis = confidence_axis(), .range = {0, 1}},
                {.axis = {.label = "accuracy, per cent", .low = 0.0, .high = 1.0, .percent = true},
                 .range = {0, 1}});
  for (const ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    const Point top = frame.place({bin.lower, bin.accuracy});
    const Point foot = frame.place({bin.upper, 0});
    drawing.shapes.push_back(Rectangle{.corner = {top.x + 1, top.y},
                                       .width = foot.x - top.x - 2,
                                       .height = foot.y - top.y,
                                       .fill = Color::kFirst,
                                       .opacity = 0.25});
  }
  drawing.shapes.push_back(Line{.points = {frame.place({0, 0}), frame.place({1, 1})},
                                .color = Color::kMuted,
                                .width = 1.5,
                                .dashed = true});
  for (const ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    add_interval(drawing, frame.place({bin.confidence, bin.accuracy_interval.lower}),
                 frame.place({bin.confidence, bin.accuracy_interval.upper}));
    drawing.shapes.push_back(Dot{.center = frame.place({bin.confidence, bin.accuracy}),
                                 .radius = 4,
                                 .fill = Color::kFirst,
                                 .hint = images_text(bin.count) + ": confidence " +
                                         percent(bin.confidence) + ", right " +
                                         percent(bin.accuracy)});
  }
  return drawing;
}

Chart draw_confidences(const std::vector<ReliabilityBin>& bins) {
  Chart drawing{
      .width = kWidth, .height = kHeight, .description = "How many images have which confidence"};
  std::int64_t most = 1;
  for (const ReliabilityBin& bin : bins) most = std::max(most, bin.count);
  constexpr double kBelowOne = 0.5;  // so a bar of one image has a height
  const Axis images{.label = "images", .scale = Scale::kLog, .whole = true};
  const Frame frame =
      add_frame(drawing, "Images by confidence", {}, {.axis = confidence_axis(), .range = {0, 1}},
                {.axis = images, .range = {kBelowOne, 2.0 * static_cast<double>(most)}});
  for (std::size_t b = 0; b < bins.size(); ++b) {
    const ReliabilityBin& bin = bins[b];
    if (bin.count == 0) continue;
    const Point top = frame.place({bin.lower, static_cast<double>(bin.count)});
    const Point foot = frame.place({bin.upper, kBelowOne});
    drawing.shapes.push_back(Rectangle{.corner = {top.x + 1, top.y},
                                       .width = foot.x - top.x - 2,
                                       .height = foot.y - top.y,
                                       .fill = Color::kThird,
                                       .opacity = 0.75});
    const std::string count = std::to_string(bin.count);
    // Nearly all images are in the last bin: its number is wider than its bar.
    const double rightmost = frame.x.end - kMargin - estimated_width(count, kCountSize) / 2;
    drawing.shapes.push_back(Text{.at = {std::min((top.x + foot.x) / 2, rightmost), top.y - 5},
                                  .text = count,
                                  .size = kCountSize,
                                  .anchor = Anchor::kMiddle,
                                  .source = "/reliability/" + std::to_string(b) + "/count"});
  }
  return drawing;
}

Chart draw_coverage(const std::vector<CoveragePoint>& curve,
                    const std::optional<RejectionScores>& rejection) {
  LineChart chart{.title = "Accuracy over share of images answered",
                  .x = {.label = "answered, per cent of all images", .high = 1.0, .percent = true},
                  .y = {.label = "accuracy, per cent", .percent = true},
                  .height = kHeight};
  Series line{.name = "as the threshold moves"};
  if (!curve.empty()) {
    chart.x.low = bend(curve);
    for (const CoveragePoint& point : curve) {
      if (point.coverage >= *chart.x.low) line.points.push_back({point.coverage, point.accuracy});
    }
  }
  chart.series.push_back(line);
  if (rejection && rejection->coverage >= chart.x.low.value_or(0.0)) {
    chart.series.push_back({.name = "the model's own rejections",
                            .points = {{rejection->coverage, rejection->accuracy}},
                            .color = Color::kSecond,
                            .dots = true});
  }
  return draw(chart);
}

}  // namespace mnist::chart
