#include "predict/pictures_out.h"

#include <algorithm>
#include <cmath>

#include "mnist/bytes/file.h"
#include "mnist/digit/picture.h"
#include "mnist/image/encode.h"
#include "mnist/report/chart/raster.h"
#include "mnist/report/chart/reading_chart.h"

#include "common/names.h"

namespace mnist::app::predict {
namespace {

namespace fs = std::filesystem;

constexpr double kDoubtful = 0.9;  // confidence below which a person should look
constexpr double kAround = 0.2;    // of a digit's box, added around it

// "scan.tif#3" -> "scan-3"
std::string stem_of(const std::string& path) {
  constexpr std::size_t kLongest = 200;  // with number and ending it must be a valid file name
  if (path == "-") return "stdin";
  std::string stem = beginning_of(fs::path(path).stem().string(), kLongest);
  const std::string ending = fs::path(path).extension().string();
  const std::size_t page = ending.find('#');
  return page == std::string::npos ? stem : stem + '-' + ending.substr(page + 1);
}

// The pixels of `picture` from (left, top) up to, not including, (right, bottom).
Image part_of(const Image& picture, int left, int top, int right, int bottom) {
  Image part{.width = right - left,
             .height = bottom - top,
             .format = picture.format,
             .pixels = {},
             .scale_x = picture.scale_x,
             .scale_y = picture.scale_y};
  const auto channels = static_cast<std::size_t>(picture.channels());
  for (int y = top; y < bottom; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width);
    const auto begin =
        picture.pixels.begin() +
        static_cast<std::ptrdiff_t>((row + static_cast<std::size_t>(left)) * channels);
    part.pixels.insert(
        part.pixels.end(), begin,
        begin + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(part.width) * channels));
  }
  return part;
}

// The box with some of the picture around it.
Image around(const Image& picture, const Box& box) {
  const double margin_x = kAround * std::max(box.width, box.height) / picture.scale_x;
  const double margin_y = kAround * std::max(box.width, box.height) / picture.scale_y;
  const auto within = [](double at, int most) {
    return std::clamp(static_cast<int>(std::lround(at)), 0, most);
  };
  const int left = within(box.x / picture.scale_x - margin_x, picture.width - 1);
  const int top = within(box.y / picture.scale_y - margin_y, picture.height - 1);
  const int right = within((box.x + box.width) / picture.scale_x + margin_x, picture.width);
  const int bottom = within((box.y + box.height) / picture.scale_y + margin_y, picture.height);
  return part_of(picture, left, top, std::max(right, left + 1), std::max(bottom, top + 1));
}

}  // namespace

void InputDump::write(const Prepared& prepared) {
  if (folder_.empty()) return;
  const Find* surest = surest_digit(prepared.page);
  for (const Find& find : prepared.page.finds) {
    if (find.kind != FindKind::kDigit || (!all_ && &find != surest)) continue;
    const std::string name = six_digits(++count_) + '-' + stem_of(prepared.path) + ".png";
    write_file_atomically(folder_ / name, encode_png(picture_of(find.digit)));
  }
}

void Explanations::write(const Prepared& prepared) {
  if (folder_.empty() || prepared.failure) return;
  const std::string name = six_digits(++count_) + '-' + stem_of(prepared.path) + ".png";
  write_file_atomically(folder_ / name,
                        chart::draw_png(chart::draw_reading(prepared.picture, prepared.page)));
}

void Review::write(const Prepared& prepared) {
  if (folder_.empty() || prepared.failure) return;
  const Find* surest = surest_digit(prepared.page);
  if (!all_ && surest == nullptr) {
    const char* why = to_string(*only_digit(prepared.page).rejection);
    const std::string name =
        six_digits(++count_) + '-' + stem_of(prepared.path) + '-' + why + ".png";
    write_file_atomically(folder_ / name, encode_png(prepared.picture));
    return;
  }
  for (const Find& find : prepared.page.finds) {
    if (!all_ && &find != surest) continue;
    if (find.kind != FindKind::kDigit && find.kind != FindKind::kUnreadable) continue;
    const Prediction& prediction = find.prediction;
    if (prediction.rejection) {
      write_part(prepared, find, to_string(*prediction.rejection));
    } else if (prediction.confidence < kDoubtful) {
      write_part(prepared, find, "doubtful");
    }
  }
}

void Review::write_part(const Prepared& prepared, const Find& find, const std::string& why) {
  const std::string guess =
      find.prediction.digit ? "-looks" + std::to_string(*find.prediction.digit) : "";
  const std::string name =
      six_digits(++count_) + '-' + stem_of(prepared.path) + guess + '-' + why + ".png";
  write_file_atomically(folder_ / name, encode_png(around(prepared.picture, find.box)));
}

}  // namespace mnist::app::predict
