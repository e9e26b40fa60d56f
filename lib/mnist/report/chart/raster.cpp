#include "mnist/report/chart/raster.h"

#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>

#include <cairo/cairo.h>

#include "mnist/base/error.h"

namespace mnist::chart {
namespace {

struct Destroy {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Context = std::unique_ptr<cairo_t, Destroy>;
using Surface = std::unique_ptr<cairo_surface_t, Destroy>;

void set_color(cairo_t* cairo, Color color, double opacity = 1.0) {
  const Rgb rgb = light(color);
  cairo_set_source_rgba(cairo, rgb.red / 255.0, rgb.green / 255.0, rgb.blue / 255.0, opacity);
}

void trace(cairo_t* cairo, const std::vector<Point>& points) {
  for (const Point& point : points) cairo_line_to(cairo, point.x, point.y);
}

void paint(cairo_t* cairo, const Rectangle& shape) {
  set_color(cairo, shape.fill, shape.opacity);
  cairo_rectangle(cairo, shape.corner.x, shape.corner.y, shape.width, shape.height);
  cairo_fill(cairo);
}

void paint(cairo_t* cairo, const Line& shape) {
  set_color(cairo, shape.color);
  cairo_set_line_width(cairo, shape.width);
  constexpr std::array kDashes = {4.0, 4.0};
  if (shape.dashed) cairo_set_dash(cairo, kDashes.data(), kDashes.size(), 0);
  trace(cairo, shape.points);
  cairo_stroke(cairo);
}

void paint(cairo_t* cairo, const Area& shape) {
  set_color(cairo, shape.fill, shape.opacity);
  trace(cairo, shape.points);
  cairo_fill(cairo);
}

void paint(cairo_t* cairo, const Dot& shape) {
  set_color(cairo, shape.fill);
  cairo_arc(cairo, shape.center.x, shape.center.y, shape.radius, 0, 2 * std::numbers::pi);
  cairo_fill(cairo);
}

void paint(cairo_t* cairo, const Text& shape) {
  set_color(cairo, shape.color);
  cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         shape.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, shape.size);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, shape.text.c_str(), &extents);
  const double share = static_cast<double>(shape.anchor) / 2;  // of the text, left of the point
  cairo_translate(cairo, shape.at.x, shape.at.y);
  if (shape.upwards) cairo_rotate(cairo, -std::numbers::pi / 2);
  cairo_move_to(cairo, -share * extents.x_advance, 0);
  cairo_show_text(cairo, shape.text.c_str());
}

// Cairo's pixels: 32 bits each in the processor's byte order, red in bits 16 to 23, premultiplied.
std::uint32_t pixel_of(const Image& image, std::size_t index) {
  const std::uint8_t* sample = &image.pixels[index * image.channels()];
  if (image.format == PixelFormat::kGrey) return 0xff000000U | sample[0] * 0x010101U;
  const auto premultiplied = [alpha = sample[3]](std::uint32_t s) {
    return (s * alpha + 127) / 255;
  };
  return static_cast<std::uint32_t>(sample[3]) << 24 | premultiplied(sample[0]) << 16 |
         premultiplied(sample[1]) << 8 | premultiplied(sample[2]);
}

void paint(cairo_t* cairo, const Picture& shape) {
  const Image& image = shape.image;
  if (image.pixels.empty()) return;
  const Surface pixels(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, image.width, image.height));
  cairo_surface_flush(pixels.get());
  const int stride = cairo_image_surface_get_stride(pixels.get());
  std::uint8_t* rows = cairo_image_surface_get_data(pixels.get());
  for (int y = 0; y < image.height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(rows + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < image.width; ++x) {
      row[x] = pixel_of(image, static_cast<std::size_t>(y) * image.width + x);
    }
  }
  cairo_surface_mark_dirty(pixels.get());
  cairo_translate(cairo, shape.corner.x, shape.corner.y);
  cairo_scale(cairo, shape.width / image.width, shape.height / image.height);
  cairo_set_source_surface(cairo, pixels.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
  cairo_paint(cairo);
}

cairo_status_t append(void* target, const unsigned char* data, unsigned int length) {
  auto* bytes = static_cast<std::vector<std::uint8_t>*>(target);
  bytes->insert(bytes->end(), data, data + length);
  return CAIRO_STATUS_SUCCESS;
}

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  throw Error(ErrorKind::kUnsupported,
              std::string("cairo cannot draw this: ") + cairo_status_to_string(status));
}

}  // namespace

std::vector<std::uint8_t> draw_png(const Chart& drawing, double scale) {
  const Surface surface(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(drawing.width * scale)),
      static_cast<int>(std::ceil(drawing.height * scale))));
  check(cairo_surface_status(surface.get()));
  const Context context(cairo_create(surface.get()));
  cairo_t* cairo = context.get();
  cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
  set_color(cairo, Color::kGround);
  cairo_paint(cairo);
  cairo_scale(cairo, scale, scale);
  for (const Shape& shape : drawing.shapes) {
    cairo_save(cairo);
    cairo_new_path(cairo);  // text leaves a current point, at which a line would begin
    std::visit([cairo](const auto& any) { paint(cairo, any); }, shape);
    cairo_restore(cairo);
  }
  check(cairo_status(cairo));
  std::vector<std::uint8_t> bytes;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

}  // namespace mnist::chart
