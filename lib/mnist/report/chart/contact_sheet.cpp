#include "mnist/report/chart/contact_sheet.h"

#include <algorithm>
#include <cstdint>

namespace mnist::chart {
namespace {

constexpr double kMargin = 16.0;
constexpr double kHeader = 44.0;
constexpr double kGap = 16.0;  // between pictures; less if there is nothing below them
constexpr double kTightGap = 4.0;
constexpr double kCaptionHeight = 15.0;
constexpr double kNoteHeight = 15.0;

}  // namespace

Chart contact_sheet(const std::string& title, const std::vector<SheetPicture>& pictures,
                    const SheetOptions& options) {
  const double gap = options.captions ? kGap : kTightGap;
  const double side = options.side;
  const double column = side + gap;
  const bool notes = std::ranges::any_of(pictures, [](const auto& p) { return !p.note.empty(); });
  const double row = side + gap + (options.captions ? kCaptionHeight : 0.0) +
                     (options.captions && notes ? kNoteHeight : 0.0);
  const auto columns = static_cast<std::size_t>(options.columns);
  const std::size_t lines = (pictures.size() + columns - 1) / columns;
  const auto rows = static_cast<double>(lines);
  Chart sheet{.width = 2 * kMargin + static_cast<double>(columns) * column - gap,
              .height = kHeader + std::max(1.0, rows) * row,
              .description = options.description};
  sheet.shapes.push_back(Text{.at = {kMargin, 26}, .text = title, .size = 15, .bold = true});
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const SheetPicture& picture = pictures[i];
    const std::size_t line = i / columns;
    const Point corner{kMargin + column * static_cast<double>(i % columns),
                       kHeader + row * static_cast<double>(line)};
    const double middle = corner.x + side / 2;
    sheet.shapes.push_back(Rectangle{.corner = {corner.x - 1, corner.y - 1},
                                     .width = side + 2,
                                     .height = side + 2,
                                     .fill = Color::kGrid});
    sheet.shapes.push_back(
        Picture{.corner = corner, .width = side, .height = side, .image = picture.image});
    if (!options.captions) continue;
    sheet.shapes.push_back(Text{.at = {middle, corner.y + side + 16},
                                .text = picture.caption,
                                .size = 13,
                                .anchor = Anchor::kMiddle,
                                .bold = true});
    sheet.shapes.push_back(Text{.at = {middle, corner.y + side + 31},
                                .text = picture.note,
                                .size = 11,
                                .color = Color::kMuted,
                                .anchor = Anchor::kMiddle});
  }
  return sheet;
}

Image on_paper(Image ink) {
  for (std::uint8_t& pixel : ink.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return ink;
}

}  // namespace mnist::chart
