// Whole pages with their ground truth, drawn in code: what a page network learns from and is
// measured on.
//
// A page is a picture of paper with numbers on it, written in lines, tables, cells and anywhere, by
// many hands and pens, between printed lines, words, other handwriting and dirt, in any light, seen
// by a camera or a scanner. Its ground truth is every digit and every separator between digits:
// what it is, its box, and which ink belongs to it.
//
// On one machine, a page depends only on its options and the engine's state; another version of
// OpenCV may change a grey value. About 3 ms for 128x128. Thread-safe: functions share nothing but
// the engine that they are given.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "mnist/image/image.h"

namespace mnist {

// What is on a page, as the page network classifies it: the digits are 0 to 9.
inline constexpr int kPointMark = 10;
inline constexpr int kCommaMark = 11;
inline constexpr int kSlashMark = 12;   // between the parts of a date
inline constexpr int kHyphenMark = 13;  // a hyphen, a minus
inline constexpr int kMarkKinds = 14;
// What was a digit but cannot be read: crossed out, or cut off by the picture's edge.
inline constexpr int kUnreadableMark = -1;

struct PageMark {
  int kind = 0;  // 0 to kMarkKinds - 1, or kUnreadableMark
  // The box of its ink, in pixels of the picture.
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
  float side = 0;  // the longer side of the digits that it was written with
  int row = 0;     // lines of writing, from the top
};

struct DrawnPage {
  Image picture;                  // grey
  std::vector<std::uint8_t> ink;  // of digits and separators only: 255 full, as the pen left it
  std::vector<std::uint8_t>
      other;  // letters, signs, words and what cannot be read, in the same way
  std::vector<std::int16_t> owner;  // index into `marks` of the one a pixel belongs to, or -1
  std::vector<PageMark> marks;      // row by row from the top, from left to right
  std::string text;                 // the digits, rows joined by '-'; '?' for what cannot be read
  bool has_order = true;            // whether a person reads it in that one order
};

// Images of digits, MNIST's or others of its form, that pages may use in addition to the drawn
// hands: one byte per pixel, 28x28 each, 255 is ink. The labels are 0 to 9.
struct DigitImages {
  std::span<const std::uint8_t> pixels;
  std::span<const std::int64_t> labels;
};

struct PageOptions {
  int width = 128;
  int height = 128;
  // The digits' longer side in pixels, drawn log-uniformly between these.
  double least_digit = 14;
  double largest_digit = 40;
  // Shares of pages whose content is far larger and far smaller than that, of pages that are one
  // small picture in the middle of its own margin, and of pages that hold no digit.
  double huge = 0.16;
  double tiny = 0.08;
  double small_picture = 0.30;
  double empty = 0.20;
  // Only numbers in rows that a person reads in one order: for measuring a reader.
  bool rows_only = false;
  DigitImages images = {};
};

// Throws Error{kUsage} unless width and height are at least 32.
DrawnPage draw_page(const PageOptions& options, std::mt19937_64& engine);

}  // namespace mnist
