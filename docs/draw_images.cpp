// Draws the pictures of docs/images: cmake --build build/release --target docs_images
#include <cstdio>
#include <string>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/bytes/file.h"
#include "mnist/digit/frame.h"
#include "mnist/digit/grey.h"
#include "mnist/digit/ink.h"
#include "mnist/digit/marks.h"
#include "mnist/digit/normalize.h"
#include "mnist/digit/segment.h"
#include "mnist/draw/outliers.h"
#include "mnist/draw/scenes.h"
#include "mnist/image/encode.h"

namespace {

using namespace mnist;

constexpr int kTile = 112;
constexpr int kGap = 8;
const cv::Scalar kGround(255, 255, 255, 255);

cv::Mat4b rgba(const cv::Mat& grey) {
  cv::Mat levels = grey;
  if (grey.type() == CV_32F) grey.convertTo(levels, CV_8U, 255);
  cv::Mat4b result;
  cv::cvtColor(levels, result, cv::COLOR_GRAY2RGBA);
  return result;
}

cv::Mat4b rgba(const Image& image) {
  const int type = image.format == PixelFormat::kRgba ? CV_8UC4 : CV_8UC1;
  const cv::Mat whole(image.height, image.width, type,
                      const_cast<std::uint8_t*>(image.pixels.data()));
  return image.format == PixelFormat::kRgba ? cv::Mat4b(whole.clone()) : rgba(whole);
}

cv::Mat4b rgba(const Digit& digit) {
  return rgba(cv::Mat(kDigitSide, kDigitSide, CV_32F, const_cast<float*>(digit.ink.data())));
}

// Pictures in rows, each fitted into a tile.
class Sheet {
 public:
  Sheet(int columns, int rows, int tile)
      : tile_(tile), page_(rows * (tile + kGap) + kGap, columns * (tile + kGap) + kGap, kGround) {}

  void put(int column, int row, const cv::Mat4b& picture) {
    const double scale = static_cast<double>(tile_) / std::max(picture.cols, picture.rows);
    const cv::Size size(std::max(1, cvRound(picture.cols * scale)),
                        std::max(1, cvRound(picture.rows * scale)));
    cv::Mat4b fitted;
    cv::resize(picture, fitted, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_NEAREST);
    const cv::Point at(kGap + column * (tile_ + kGap) + (tile_ - size.width) / 2,
                       kGap + row * (tile_ + kGap) + (tile_ - size.height) / 2);
    fitted.copyTo(page_(cv::Rect(at, size)));
  }

  void write(const std::string& file) const { write_page(page_, file); }

  static void write_page(const cv::Mat4b& page, const std::string& file) {
    Image image{
        .width = page.cols, .height = page.rows, .format = PixelFormat::kRgba, .pixels = {}};
    image.pixels.assign(page.data, page.data + page.total() * 4);
    write_file_atomically(file, encode_png(image));
    std::printf("%s\n", file.c_str());
  }

 private:
  int tile_;
  cv::Mat4b page_;
};

// The steps of normalize(), one below the other: the picture, one grey channel, the darkness
// against the paper, the marks that make up the digit, what the network sees.
void draw_steps(const std::string& folder) {
  constexpr std::array kShown = {Scene::kPlain,   Scene::kUnevenLight, Scene::kShadow,
                                 Scene::kSquared, Scene::kPencil,      Scene::kColoured,
                                 Scene::kBoard};
  Sheet sheet(static_cast<int>(kShown.size()), 5, kTile);
  for (std::size_t i = 0; i < kShown.size(); ++i) {
    std::mt19937_64 engine(40 + i);
    const Drawing drawing = draw_digit(std::array{2, 5, 3, 8, 6, 4, 7}[i], engine);
    const Image picture = photographed(drawing, kShown[i], engine);
    const ink::Grey grey = ink::to_grey(picture, {0, 0, picture.width, picture.height}, 480);
    const ink::InkMap map = ink::extract_ink(grey, {});
    const ink::Page page = ink::find_groups(map);
    cv::Mat1b marks(page.labels.size(), uchar{255});
    for (const ink::Mark& mark : page.groups.front().marks)
      marks.setTo(0, page.labels == mark.label);
    const int column = static_cast<int>(i);
    sheet.put(column, 0, rgba(picture));
    sheet.put(column, 1, rgba(grey.levels));
    sheet.put(column, 2, rgba(cv::Mat1b(255 - map.darkness)));
    sheet.put(column, 3, rgba(marks));
    sheet.put(column, 4, rgba(normalize(picture).digit));
  }
  sheet.write(folder + "/steps.png");
}

// Every scene, and what the network sees of it.
void draw_scenes(const std::string& folder) {
  constexpr int kColumns = 6;
  constexpr int kTileSide = 84;
  Sheet sheet(2 * kColumns, kScenes / kColumns, kTileSide);
  for (int i = 0; i < kScenes; ++i) {
    std::mt19937_64 engine(100 + static_cast<std::uint64_t>(i));
    const Image picture = photographed(draw_digit(i % kClasses, engine), Scene(i), engine);
    sheet.put(2 * (i % kColumns), i / kColumns, rgba(picture));
    sheet.put(2 * (i % kColumns) + 1, i / kColumns, rgba(normalize(picture).digit));
  }
  sheet.write(folder + "/scenes.png");
}

// A page of several digits, with the boxes that segment() finds.
void draw_page(const std::string& folder) {
  std::mt19937_64 engine(5);
  std::vector<std::vector<Drawing>> rows;
  for (const std::string text : {"3141", "59265", "3589"}) {
    rows.emplace_back();
    for (const char c : text) rows.back().push_back(draw_digit(c - '0', engine));
  }
  const Image picture = photographed_page(rows, true, engine).picture;
  cv::Mat4b page = rgba(picture);
  for (const SegmentedDigit& found : segment(picture)) {
    const cv::Rect box(found.box.x, found.box.y, found.box.width, found.box.height);
    cv::rectangle(page, box, cv::Scalar(200, 30, 30, 255), 2);
  }
  Sheet::write_page(page, folder + "/page.png");
}

void draw_outliers(const std::string& folder) {
  constexpr int kColumns = 26;
  constexpr int kRows = 9;
  Sheet sheet(kColumns, kRows, kDigitSide);
  for (int i = 0; i < kColumns * kRows; ++i) {
    sheet.put(i % kColumns, i / kColumns,
              rgba(generated_outlier(11, static_cast<std::uint64_t>(i))));
  }
  sheet.write(folder + "/outliers.png");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  draw_steps(argv[1]);
  draw_scenes(argv[1]);
  draw_page(argv[1]);
  draw_outliers(argv[1]);
}
