// Draws the pictures of docs/images: cmake --build build/release --target docs_images
#include <cstdio>
#include <string>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/bytes/file.h"
#include "mnist/digit/page.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/outliers.h"
#include "mnist/draw/page.h"
#include "mnist/draw/scenes.h"
#include "mnist/image/encode.h"
#include "mnist/read/finder.h"

namespace {

using namespace mnist;

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

// The find that the reader takes for the picture's digit, as the classifier sees it.
cv::Mat4b seen_of(const Page& page) {
  const Find* surest = surest_digit(page);
  return rgba(surest != nullptr ? surest->digit : Digit{});
}

// Every scene, and what the network sees of it.
void draw_scenes(const Finder& finder, const std::string& folder) {
  constexpr int kColumns = 6;
  constexpr int kTileSide = 84;
  Sheet sheet(2 * kColumns, kScenes / kColumns, kTileSide);
  for (int i = 0; i < kScenes; ++i) {
    std::mt19937_64 engine(100 + static_cast<std::uint64_t>(i));
    const Image picture = photographed(draw_digit(i % kClasses, engine), Scene(i), engine);
    sheet.put(2 * (i % kColumns), i / kColumns, rgba(picture));
    sheet.put(2 * (i % kColumns) + 1, i / kColumns, seen_of(finder.find(picture)));
  }
  sheet.write(folder + "/scenes.png");
}

// A page of several digits, with the boxes that are found.
void draw_found_page(const Finder& finder, const std::string& folder) {
  std::mt19937_64 engine(5);
  const Writer writer = draw_writer(engine);
  std::vector<std::vector<Drawing>> rows;
  for (const std::string text : {"3141", "59265", "3589"}) {
    rows.emplace_back();
    for (const char c : text) rows.back().push_back(draw_digit(c - '0', writer, engine));
  }
  const Image picture = photographed_page(rows, true, engine).picture;
  cv::Mat4b page = rgba(picture);
  for (const Find& found : finder.find(picture).finds) {
    const cv::Rect box(found.box.x, found.box.y, found.box.width, found.box.height);
    cv::rectangle(page, box, cv::Scalar(200, 30, 30, 255), 2);
  }
  Sheet::write_page(page, folder + "/page.png");
}

// Pages as the page network learns from them, each with the ink that is a digit's own.
void draw_pages(const std::string& folder) {
  constexpr int kColumns = 5;
  constexpr int kRows = 4;
  Sheet sheet(2 * kColumns, kRows, 128);
  for (int i = 0; i < kColumns * kRows; ++i) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(i));
    const DrawnPage page = draw_page({}, engine);
    cv::Mat1b ink(page.picture.height, page.picture.width,
                  const_cast<std::uint8_t*>(page.ink.data()));
    sheet.put(2 * (i % kColumns), i / kColumns, rgba(page.picture));
    sheet.put(2 * (i % kColumns) + 1, i / kColumns, rgba(ink));
  }
  sheet.write(folder + "/pages.png");
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
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s PAGE_MODEL FOLDER\n", argv[0]);
    return 2;
  }
  const Finder finder = load_finder(argv[1]);
  draw_scenes(finder, argv[2]);
  draw_found_page(finder, argv[2]);
  draw_pages(argv[2]);
  draw_outliers(argv[2]);
}
