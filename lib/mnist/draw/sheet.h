// A sheet in the making: what the pen and the press leave on it, before any light falls. Internal
// to lib/mnist/draw. Thread-safe: nothing is shared but the engine that is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "mnist/draw/digits.h"
#include "mnist/draw/handwriting.h"
#include "mnist/draw/page.h"
#include "mnist/draw/writing.h"

namespace mnist::pen {

// Strengths are 0 (nothing) to 1 (full ink).
struct Sheet {
  explicit Sheet(cv::Size size)
      : print(size, 0.0F),
        ink(size, 0.0F),
        own(size, 0.0F),
        other(size, 0.0F),
        owner(size, std::int16_t{-1}) {}

  cv::Mat1f print;              // lines, boxes, words that were there before
  cv::Mat1f ink;                // everything written by hand
  cv::Mat1f own;                // of that, digits and separators
  cv::Mat1f other;              // letters, signs, words: written or printed, but not digits
  cv::Mat1s owner;              // which of `marks` a pixel of `own` belongs to; -1 for none
  std::vector<PageMark> marks;  // with the boxes of their whole rasters
  std::vector<double> masses;   // of each mark's ink as the pen left it
  double strength = 1;          // of all ink: less if lines are finer than the picture's pixels

  cv::Size size() const { return print.size(); }
};

// Writes `digit`, its longer side `side` pixels, around `centre`; returns its width.
double write_digit(Sheet& sheet, int digit, const Writing& writing, Point centre, double side,
                   const DigitImages& images, int row, std::mt19937_64& engine);
// The same, starting at `left`, with its middle at height `middle`.
double write_digit_after(Sheet& sheet, int digit, const Writing& writing, double left,
                         double middle, double side, const DigitImages& images, int row,
                         std::mt19937_64& engine);

// A separator (kPointMark to kHyphenMark) between digits `side` high around `middle`;
// returns its width.
double write_separator(Sheet& sheet, int kind, const Writing& writing, double left, double middle,
                       double side, int row, std::mt19937_64& engine);

// A letter, a sign or a small drawing by hand: not a digit, though it may look like one. Returns
// its width. `pen`: its width as a share of `side`.
double write_sign(Sheet& sheet, double pen, double left, double middle, double side,
                  std::mt19937_64& engine);

// Capitals and small letters, `side` high.
void print_word(Sheet& sheet, Point at, double side, double strength, Dice& dice);

void draw_lines(cv::Mat1f& layer, const std::vector<Stroke>& lines, double width, double strength);

// The sheet's own lines: rules, squares, a margin; tables and combs are the layout's.
void print_paper(Sheet& sheet, double side, Dice& dice);

// Dust, blots and crumbs, a fraction of a digit's `side` in size: not writing at all.
void litter(Sheet& sheet, double side, Dice& dice);

// Crosses out the last mark: it is unreadable from then on.
void cross_out(Sheet& sheet, double pen, Dice& dice);

}  // namespace mnist::pen
