#include "mnist/draw/stress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/draw/handwriting.h"

namespace mnist {
namespace {

using pen::Dice;

constexpr int kSide = kDigitSide;
constexpr double kMiddle = (kSide - 1) / 2.0;

// Number of events of a Poisson process (D. Knuth, The Art of Computer Programming, 3.4.1).
int poisson(double mean, Dice& dice) {
  const double limit = std::exp(-mean);
  int count = 0;
  for (double product = dice.uniform(0.0, 1.0); product > limit;
       product *= dice.uniform(0.0, 1.0)) {
    ++count;
  }
  return count;
}

void shot_noise(cv::Mat1f& ink, Dice& dice) {
  constexpr double kPhotons = 3;
  for (float& value : ink) {
    value = static_cast<float>(poisson(kPhotons * static_cast<double>(value), dice) / kPhotons);
  }
}

void impulse_noise(cv::Mat1f& ink, Dice& dice) {
  constexpr double kShare = 0.17;
  for (float& value : ink) {
    if (dice.chance(kShare)) value = dice.chance(0.5) ? 1.0F : 0.0F;
  }
}

void glass_blur(cv::Mat1f& ink, Dice& dice) {
  constexpr double kSigma = 0.7;
  cv::GaussianBlur(ink, ink, {}, kSigma);
  const auto step = [&] { return static_cast<int>(dice.below(3)) - 1; };
  for (int round = 0; round < 2; ++round) {
    for (int y = kSide - 2; y > 0; --y) {
      for (int x = kSide - 2; x > 0; --x) {
        const int dx = step();
        std::swap(ink(y, x), ink(y + step(), x + dx));
      }
    }
  }
  cv::GaussianBlur(ink, ink, {}, kSigma);
}

void motion_blur(cv::Mat1f& ink, Dice& dice) {
  constexpr int kReach = 10;
  constexpr double kSigma = 3;
  const double angle = dice.uniform(-CV_PI / 4, CV_PI / 4);
  cv::Mat1f kernel(2 * kReach + 1, 2 * kReach + 1, 0.0F);
  for (double way = 0; way <= kReach; way += 0.25) {
    const int x = kReach + cvRound(way * std::cos(angle));
    const int y = kReach + cvRound(way * std::sin(angle));
    kernel(y, x) += static_cast<float>(std::exp(-way * way / (2 * kSigma * kSigma)));
  }
  kernel /= cv::sum(kernel)[0];
  cv::filter2D(ink, ink, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_CONSTANT);
}

// Each pixel of the result comes from where `map` sends it, about the middle.
void warp(cv::Mat1f& ink, const cv::Matx22d& map, double dx = 0, double dy = 0) {
  const cv::Matx23d whole(map(0, 0), map(0, 1), kMiddle - (map(0, 0) + map(0, 1)) * kMiddle + dx,
                          map(1, 0), map(1, 1), kMiddle - (map(1, 0) + map(1, 1)) * kMiddle + dy);
  cv::Mat1f result;
  cv::warpAffine(ink, result, whole, ink.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT, 0);
  ink = result;
}

double any_sign(Dice& dice) { return dice.chance(0.5) ? 1.0 : -1.0; }

void shear(cv::Mat1f& ink, Dice& dice) {
  const double slope = 0.4 * any_sign(dice);
  dice.chance(0.5) ? warp(ink, {1, slope, 0, 1}) : warp(ink, {1, 0, slope, 1});
}

void rotate(cv::Mat1f& ink, Dice& dice) {
  const double angle = 0.4 * any_sign(dice);
  warp(ink, {std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle)});
}

void translate(cv::Mat1f& ink, Dice& dice) {
  const double dx = 3 * any_sign(dice);
  warp(ink, {1, 0, 0, 1}, dx, 3 * any_sign(dice));
}

void stripe(cv::Mat1f& ink, Dice& /*dice*/) {
  constexpr int kBand = 7;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      if (x < kBand || x >= kSide - kBand) ink(y, x) = 1 - ink(y, x);
    }
  }
}

// Cloud by midpoint displacement (A. Fournier, D. Fussell, L. Carpenter, 1982): octaves of noise.
void fog(cv::Mat1f& ink, Dice& dice) {
  cv::Mat1f cloud(ink.size(), 0.0F);
  float weight = 1;
  for (int knots = 2; knots <= kSide; knots *= 2, weight /= 2) {
    cv::Mat1f coarse(knots, knots);
    for (float& value : coarse) value = static_cast<float>(dice.uniform(0.0, 1.0));
    cv::Mat1f octave;
    cv::resize(coarse, octave, ink.size(), 0, 0, cv::INTER_LINEAR);
    cloud += weight * octave;
  }
  cv::normalize(cloud, cloud, 0, 1, cv::NORM_MINMAX);
  constexpr float kThickness = 2;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      ink(y, x) = (ink(y, x) + kThickness * cloud(y, x)) / (1 + kThickness);
    }
  }
}

// Drops of mud: blobs of smooth noise, light on the paper.
void spatter(cv::Mat1f& ink, Dice& dice) {
  cv::Mat1f wet(ink.size());
  for (float& value : wet) value = static_cast<float>(dice.normal(0.0, 1.0));
  cv::GaussianBlur(wet, wet, {}, 1.4);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(wet, mean, deviation);
  const auto level = static_cast<float>(mean[0] + 1.3 * deviation[0]);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      if (wet(y, x) > level) ink(y, x) = std::max(ink(y, x), 0.75F);
    }
  }
}

// A straight path through the middle of the image, from edge to edge.
std::array<Point, 2> any_way(Dice& dice) {
  const double from = dice.uniform(4.0, 24.0);
  const double to = dice.uniform(4.0, 24.0);
  if (dice.chance(0.5)) return {{{0, from}, {kSide, to}}};
  return {{{from, 0}, {to, kSide}}};
}

void draw_over(cv::Mat1f& ink, const std::vector<Stroke>& strokes, double width) {
  const std::vector<double> line =
      pen::coverage(Drawing{strokes, width}, {0.0, 0.0, 1.0}, kSide, kSide, 0.6);
  auto value = line.begin();
  for (float& there : ink) there = std::max(there, static_cast<float>(*value++));
}

Point between(const std::array<Point, 2>& way, double share) {
  return {way[0].x + share * (way[1].x - way[0].x), way[0].y + share * (way[1].y - way[0].y)};
}

void dotted_line(cv::Mat1f& ink, Dice& dice) {
  const std::array<Point, 2> way = any_way(dice);
  std::vector<Stroke> dots;
  for (double share = 0; share < 1; share += 0.1) dots.push_back({between(way, share)});
  draw_over(ink, dots, 1.4);
}

void zigzag(cv::Mat1f& ink, Dice& dice) {
  constexpr int kTurns = 12;
  constexpr double kAmplitude = 1.5;
  const std::array<Point, 2> way = any_way(dice);
  const double dx = (way[1].x - way[0].x) / kSide;
  const double dy = (way[1].y - way[0].y) / kSide;
  Stroke line;
  for (int i = 0; i <= kTurns; ++i) {
    const double off = i % 2 == 0 ? kAmplitude : -kAmplitude;
    const Point p = between(way, static_cast<double>(i) / kTurns);
    line.push_back({p.x - off * dy, p.y + off * dx});
  }
  draw_over(ink, {line}, 1.0);
}

void canny_edges(cv::Mat1f& ink, Dice& /*dice*/) {
  cv::Mat1b levels;
  ink.convertTo(levels, CV_8U, 255);
  cv::GaussianBlur(levels, levels, {}, 1.0);
  cv::Mat1b edges;
  cv::Canny(levels, edges, 50, 100);
  edges.convertTo(ink, CV_32F, 1.0 / 255);
}

void scale(cv::Mat1f& ink, Dice& /*dice*/) { warp(ink, {1 / 0.7, 0, 0, 1 / 0.7}); }

void brightness(cv::Mat1f& ink, Dice& /*dice*/) { ink += 0.5F; }

struct Disturbance {
  std::string_view name;
  void (*apply)(cv::Mat1f& ink, Dice& dice);
};

// In the order of Stress.
constexpr std::array<Disturbance, kStresses> kDisturbances = {{
    {"shot-noise", shot_noise},
    {"impulse-noise", impulse_noise},
    {"glass-blur", glass_blur},
    {"motion-blur", motion_blur},
    {"shear", shear},
    {"scale", scale},
    {"rotate", rotate},
    {"brightness", brightness},
    {"translate", translate},
    {"stripe", stripe},
    {"fog", fog},
    {"spatter", spatter},
    {"dotted-line", dotted_line},
    {"zigzag", zigzag},
    {"canny-edges", canny_edges},
}};

const Disturbance& disturbance(Stress kind) {
  const auto place = static_cast<std::size_t>(kind);
  if (place >= kDisturbances.size()) throw Error(ErrorKind::kUsage, "no such disturbance");
  return kDisturbances[place];
}

}  // namespace

std::string_view to_string(Stress kind) { return disturbance(kind).name; }

Image stressed(Stress kind, std::span<const std::uint8_t, kDigitPixels> ink,
               std::mt19937_64& engine) {
  cv::Mat1f levels(kSide, kSide);
  std::transform(ink.begin(), ink.end(), levels.begin(),
                 [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
  Dice dice(engine);
  disturbance(kind).apply(levels, dice);
  Image image{.width = kSide, .height = kSide, .format = PixelFormat::kGrey, .pixels = {}};
  image.pixels.reserve(kDigitPixels);
  for (const float value : levels) {
    image.pixels.push_back(
        static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0F, 1.0F))));
  }
  return image;
}

}  // namespace mnist
