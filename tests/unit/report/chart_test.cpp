#include <limits>

#include "mnist/report/chart/contact_sheet.h"
#include "mnist/report/chart/evaluation_charts.h"
#include "mnist/report/chart/line_chart.h"
#include "mnist/report/chart/svg.h"
#include "mnist/report/chart/ticks.h"
#include "mnist/report/markup.h"

#include "support/catch.h"

namespace mnist::chart {
namespace {

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> texts;
  for (const Tick& tick : ticks) texts.push_back(tick.label);
  return texts;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an axis is marked at round numbers, with as many decimals as tell them apart",
          "[report]") {
  CHECK(labels(linear_ticks(0, 1, 5)) ==
        std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels(linear_ticks(0.991, 0.9965, 4, /*percent=*/true)) ==
        std::vector<std::string>{"99.1", "99.2", "99.3", "99.4", "99.5", "99.6"});
  CHECK(labels(linear_ticks(-2, 2, 4)) == std::vector<std::string>{"-2", "-1", "0", "1", "2"});
  CHECK(labels(linear_ticks(1, 3, 10, false, /*whole=*/true)) ==
        std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("a logarithmic axis is marked at 1, 2 and 5, over a long range at powers of ten",
          "[report]") {
  CHECK(labels(log_ticks(0.01, 0.3)) ==
        std::vector<std::string>{"0.01", "0.02", "0.05", "0.1", "0.2"});
  CHECK(labels(log_ticks(0.0001, 1)) ==
        std::vector<std::string>{"0.0001", "0.001", "0.01", "0.1", "1"});
}

TEST_CASE("a logarithmic axis too short for two such marks has linear ones", "[report]") {
  const Chart drawing =
      draw(LineChart{.y = {.scale = Scale::kLog}, .series = {{.points = {{0, 0.64}, {1, 0.69}}}}});
  int marks = 0;
  for (const Shape& shape : drawing.shapes) {
    const auto* text = std::get_if<Text>(&shape);
    marks += text != nullptr && text->text.starts_with("0.6") ? 1 : 0;
  }
  CHECK(marks >= 2);
}

TEST_CASE("an axis without a range has no marks", "[report]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(linear_ticks(1, 1, 5).empty());
  CHECK(linear_ticks(nan, 1, 5).empty());
  CHECK(log_ticks(0, 1).empty());
}

TEST_CASE("a line breaks where a value is undefined, and a lone point is a dot", "[report]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Chart drawing = draw(LineChart{
      .title = "T",
      .series = {
          {.name = "s", .points = {{1, 1}, {2, 2}, {3, nan}, {4, 3}}, .color = Color::kThird}}});
  int lines = 0;
  int dots = 0;
  for (const Shape& shape : drawing.shapes) {
    const auto* line = std::get_if<Line>(&shape);
    lines += line != nullptr && line->color == Color::kThird ? 1 : 0;
    dots += std::holds_alternative<Dot>(shape) ? 1 : 0;
  }
  CHECK(lines == 2);  // the stretch 1 to 2, and the legend's
  CHECK(dots == 1);   // 4
}

TEST_CASE("the greatest value of a chart is at its top, the least at its bottom", "[report]") {
  const Chart drawing =
      draw(LineChart{.series = {{.points = {{0, 0}, {1, 10}}, .color = Color::kFourth}}});
  for (const Shape& shape : drawing.shapes) {
    const auto* line = std::get_if<Line>(&shape);
    if (line == nullptr || line->color != Color::kFourth) continue;
    CHECK(line->points[0].x < line->points[1].x);
    CHECK(line->points[0].y > line->points[1].y);
  }
}

TEST_CASE("SVG carries its colours, the classes of dark mode, and text that is no markup",
          "[report]") {
  const Chart drawing{.width = 10,
                      .height = 20,
                      .description = "a \"b\"",
                      .shapes = {Text{.text = "<1 & 2>", .source = "/accuracy"},
                                 Rectangle{.fill = Color::kSecond, .opacity = 0.5, .hint = "h"}}};
  const std::string svg = inline_svg(drawing);
  CHECK(contains(svg, "viewBox=\"0 0 10 20\""));
  CHECK(contains(svg, "aria-label=\"a &quot;b&quot;\""));
  CHECK(contains(svg, "data-json=\"/accuracy\">&lt;1 &amp; 2&gt;</text>"));
  CHECK(contains(svg, "class=\"fill-second\" fill=\"" + hex(light(Color::kSecond)) +
                          "\" fill-opacity=\"0.5\"><title>h</title></rect>"));
  CHECK(contains(dark_style(), ".fill-second{fill:#"));
}

TEST_CASE("the number over a bar stays within the frame, however many digits it has", "[report]") {
  std::vector<ReliabilityBin> bins(15);
  bins.back() = {.lower = 14 / 15.0, .upper = 1.0, .count = 1'000'000};
  const Chart drawing = draw_confidences(bins);
  double frame_end = 0;  // where the last mark of the x axis is
  for (const Shape& shape : drawing.shapes) {
    const auto* text = std::get_if<Text>(&shape);
    if (text == nullptr) continue;
    if (text->text == "100" && text->anchor == Anchor::kMiddle) frame_end = text->at.x;
    if (text->text != "1000000" || text->anchor != Anchor::kMiddle) continue;
    CHECK(text->at.x + estimated_width(text->text, text->size) / 2 < frame_end);
  }
  CHECK(frame_end > 0);
}

TEST_CASE("drawings side by side keep their shapes' places within each", "[report]") {
  const Chart one{.width = 10, .height = 5, .shapes = {Dot{.center = {1, 2}}}};
  const Chart both = side_by_side({one, one}, 3);
  CHECK(both.width == 23);
  CHECK(both.height == 5);
  CHECK(std::get<Dot>(both.shapes[1]).center.x == 14);
}

TEST_CASE("a contact sheet has its pictures row by row, with captions or without", "[report]") {
  const Image dot{.width = 1, .height = 1, .format = PixelFormat::kGrey, .pixels = {7}};
  const std::vector<SheetPicture> pictures(5, {.image = dot, .caption = "4", .note = "a.png"});
  const auto places = [](const Chart& sheet) {
    std::vector<Point> corners;
    for (const Shape& shape : sheet.shapes) {
      if (const auto* picture = std::get_if<Picture>(&shape)) corners.push_back(picture->corner);
    }
    return corners;
  };
  const Chart sheet = contact_sheet("five", pictures, {.columns = 3, .side = 40});
  const auto corners = places(sheet);
  REQUIRE(corners.size() == 5);
  CHECK(corners[2].y == corners[0].y);
  CHECK(corners[3].x == corners[0].x);
  CHECK(corners[3].y >= corners[0].y + 40 + 31);  // below both lines of text
  CHECK(corners[4].x + 40 <= sheet.width);
  CHECK(corners[4].y + 40 + 31 <= sheet.height);

  const Chart tight =
      contact_sheet("five", pictures, {.columns = 3, .side = 40, .captions = false});
  CHECK(places(tight).size() == 5);
  CHECK(tight.height < sheet.height);
  CHECK(contact_sheet("none", {}, {}).height > 0);
  CHECK(on_paper(dot).pixels[0] == 248);
}

TEST_CASE("markup in text is escaped, and controls are replaced", "[report]") {
  CHECK(escape_markup("<a href=\"x\">&\x01") == "&lt;a href=&quot;x&quot;&gt;&amp;\xef\xbf\xbd");
}

}  // namespace mnist::chart
