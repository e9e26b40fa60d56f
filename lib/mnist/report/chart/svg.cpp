// Every shape has its light colour as an attribute and its colour's class: style rules override
// attributes, so dark_style() is enough to turn a drawing dark, and a viewer that ignores style
// sheets still shows it.
#include "mnist/report/chart/svg.h"

#include <cmath>

#include "mnist/report/markup.h"
#include "mnist/report/number_text.h"

namespace mnist::chart {
namespace {

// Two decimals are a fiftieth of a pixel on the densest screens; trailing zeros are left out.
std::string coordinate(double value) {
  const double rounded = std::round(value * 100) / 100;
  return unrounded_text(rounded == 0 ? 0.0 : rounded);  // no "-0"
}

std::string attribute(const std::string& name, const std::string& value) {
  return ' ' + name + "=\"" + escape_markup(value) + '"';
}

std::string attribute(const std::string& name, double value) {
  return attribute(name, coordinate(value));
}

std::string filled(Color color, double opacity = 1.0) {
  std::string text =
      attribute("class", "fill-" + class_name(color)) + attribute("fill", hex(light(color)));
  if (opacity < 1.0) text += attribute("fill-opacity", opacity);
  return text;
}

std::string points(const std::vector<Point>& line) {
  std::string text;
  for (const Point& point : line) {
    text += (text.empty() ? "" : " ") + coordinate(point.x) + ',' + coordinate(point.y);
  }
  return attribute("points", text);
}

// <name attributes/>, or with its hint as a <title> inside.
std::string element(const std::string& name, const std::string& attributes,
                    const std::string& hint = "") {
  const std::string begin = '<' + name + attributes;
  if (hint.empty()) return begin + "/>";
  return begin + "><title>" + escape_markup(hint) + "</title></" + name + '>';
}

std::string box(Point corner, double width, double height) {
  return attribute("x", corner.x) + attribute("y", corner.y) + attribute("width", width) +
         attribute("height", height);
}

std::string svg(const Rectangle& shape) {
  return element("rect",
                 box(shape.corner, shape.width, shape.height) + filled(shape.fill, shape.opacity),
                 shape.hint);
}

std::string svg(const Line& shape) {
  std::string style = attribute("class", "line-" + class_name(shape.color)) +
                      attribute("stroke", hex(light(shape.color))) +
                      attribute("stroke-width", shape.width) + attribute("fill", "none") +
                      attribute("stroke-linejoin", "round");
  if (shape.dashed) style += attribute("stroke-dasharray", "4 4");
  return element("polyline", points(shape.points) + style);
}

std::string svg(const Area& shape) {
  return element("polygon", points(shape.points) + filled(shape.fill, shape.opacity));
}

std::string svg(const Dot& shape) {
  return element("circle",
                 attribute("cx", shape.center.x) + attribute("cy", shape.center.y) +
                     attribute("r", shape.radius) + filled(shape.fill),
                 shape.hint);
}

std::string svg(const Text& shape) {
  std::string attributes = attribute("x", shape.at.x) + attribute("y", shape.at.y) +
                           attribute("font-size", shape.size) + filled(shape.color);
  if (shape.anchor != Anchor::kStart) {
    attributes += attribute("text-anchor", shape.anchor == Anchor::kMiddle ? "middle" : "end");
  }
  if (shape.bold) attributes += attribute("font-weight", "600");
  if (shape.upwards) {
    attributes += attribute(
        "transform", "rotate(-90 " + coordinate(shape.at.x) + ' ' + coordinate(shape.at.y) + ')');
  }
  if (!shape.source.empty()) attributes += attribute("data-json", shape.source);
  std::string content = escape_markup(shape.text);
  if (!shape.hint.empty()) content += "<title>" + escape_markup(shape.hint) + "</title>";
  return "<text" + attributes + '>' + content + "</text>";
}

std::string svg(const Picture& shape) {
  return element("image", box(shape.corner, shape.width, shape.height) +
                              attribute("style", "image-rendering:pixelated") +
                              attribute("href", data_uri(shape.image)));
}

std::string root(const Chart& drawing, const std::string& attributes, const std::string& before) {
  std::string text =
      "<svg" + attributes +
      attribute("viewBox", "0 0 " + coordinate(drawing.width) + ' ' + coordinate(drawing.height)) +
      attribute("role", "img") + attribute("aria-label", drawing.description) + ">\n" + before;
  for (const Shape& shape : drawing.shapes) {
    text += std::visit([](const auto& any) { return svg(any); }, shape) + '\n';
  }
  return text + "</svg>\n";
}

}  // namespace

std::string inline_svg(const Chart& drawing) { return root(drawing, "", ""); }

std::string svg_document(const Chart& drawing) {
  const Rectangle ground{.width = drawing.width, .height = drawing.height, .fill = Color::kGround};
  return root(drawing,
              attribute("xmlns", "http://www.w3.org/2000/svg") + attribute("width", drawing.width) +
                  attribute("height", drawing.height) +
                  attribute("font-family", "system-ui, sans-serif"),
              "<style>" + dark_style() + "</style>\n" + svg(ground) + '\n');
}

}  // namespace mnist::chart
