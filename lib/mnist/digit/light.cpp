// Two things set paper apart from ink, whichever is darker: paper covers most of the page and of
// its edge, and strokes are thin where paper is wide. Both are measured once slow changes of the
// light are taken out.
#include "mnist/digit/light.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/grey.h"

namespace mnist::ink {
namespace {

constexpr int kSamples = 24;  // on the longer side, for the fit
constexpr int kRounds = 6;
constexpr double kFarBetter = 0.4;  // a large digit is no shading: it leaves half the error or more

template <int terms>
cv::Vec<double, terms> quadratic(double u, double v) {
  const std::array<double, 6> all{1, u, v, u * u, u * v, v * v};
  return cv::Vec<double, terms>(all.data());
}

// Coordinates from -1 to 1, so that the equations stay well-conditioned.
double centred(int i, int count) { return (2.0 * i + 1) / count - 1; }

// A surface fitted to most of `page`: least squares, reweighted with Cauchy's weights, so that ink
// counts for little.
template <int terms>
struct Surface {
  cv::Vec<double, terms> coefficients;
  double error = 1e6;  // mean, absolute; at first every pixel counts the same

  double at(double u, double v) const { return coefficients.dot(quadratic<terms>(u, v)); }

  explicit Surface(const cv::Mat1b& page) : coefficients(cv::mean(page)[0]) {
    for (int round = 0; round < kRounds; ++round) improve(page);
  }

  void improve(const cv::Mat1b& page) {
    const double scale = std::max(1.0, error);
    cv::Matx<double, terms, terms> left = cv::Matx<double, terms, terms>::eye() * 1e-6;
    cv::Vec<double, terms> right;
    error = 0;
    for (int y = 0; y < page.rows; ++y) {
      for (int x = 0; x < page.cols; ++x) {
        const auto row = quadratic<terms>(centred(x, page.cols), centred(y, page.rows));
        const double residual = page(y, x) - coefficients.dot(row);
        const double weight = 1 / (1 + residual * residual / (scale * scale));
        error += std::abs(residual);
        left += row * row.t() * weight;
        right += row * (weight * page(y, x));
      }
    }
    error /= static_cast<double>(page.total());
    coefficients = left.solve(right, cv::DECOMP_CHOLESKY);
  }
};

// What a closing fills and what an opening removes, with a window of 1/`share` of the page. What is
// at the page's edge is continued outwards, so that paper stays wide in a tight crop.
struct Detail {
  double dark = 0;
  double light = 0;

  double both() const { return dark + light; }
  // From -1, only dark detail is thin, to 1, only light detail is.
  double balance() const { return (light - dark) / std::max(1e-6, both()); }
};

Detail detail(const cv::Mat1f& flat, int share) {
  const int reach = std::max(3, std::min(flat.cols, flat.rows) / share) | 1;
  cv::Mat page;
  cv::copyMakeBorder(flat(inner_part(flat.size(), 16)).clone(), page, reach, reach, reach, reach,
                     cv::BORDER_REPLICATE);
  const cv::Mat window = cv::getStructuringElement(cv::MORPH_RECT, {reach, reach});
  cv::Mat closed;
  cv::Mat opened;
  cv::morphologyEx(page, closed, cv::MORPH_CLOSE, window);
  cv::morphologyEx(page, opened, cv::MORPH_OPEN, window);
  return {.dark = cv::norm(closed, page, cv::NORM_L2SQR),
          .light = cv::norm(page, opened, cv::NORM_L2SQR)};
}

// From -1, dark pixels cover neither the page nor its edge, to 1, they cover both.
double cover_of_dark(const cv::Mat1f& flat) {
  double darkest = 0;
  double lightest = 0;
  cv::minMaxLoc(flat, &darkest, &lightest);
  const cv::Mat1b dark = flat < (darkest + lightest) / 2;
  const cv::Mat1b inner = dark(inner_part(dark.size(), 12));
  const double all = cv::countNonZero(dark);
  const double edge = all - cv::countNonZero(inner);
  const double edge_size = std::max(1.0, static_cast<double>(dark.total() - inner.total()));
  return all / static_cast<double>(dark.total()) + edge / edge_size - 1;
}

// Strokes leave detail of one kind in the narrowest window that is wider than they are; in wider
// ones the edges of shadows and the gaps between strokes leave detail of the other kind too. Where
// that is most of all, as between thin strokes, the tone that covers less of the page is believed
// where a narrow window sees all of its detail: the strokes, not the holes in thick ones.
double thinness(const cv::Mat1f& flat, double cover_of_dark) {
  constexpr double kEnough = 0.2;
  constexpr double kNearlyAll = 0.8;
  constexpr double kNoise = 0.03;
  const Detail widest = detail(flat, 3);
  const bool dark_is_rare = cover_of_dark < 0;
  const double rare = dark_is_rare ? widest.dark : widest.light;
  for (const int share : {12, 8, 5}) {
    const Detail narrower = detail(flat, share);
    const double seen = dark_is_rare ? narrower.dark : narrower.light;
    if (narrower.both() >= kEnough * widest.both() ||
        (seen >= kNearlyAll * rare && seen >= kNoise * widest.both())) {
      return narrower.balance();
    }
  }
  return widest.balance();
}

}  // namespace

cv::Rect inner_part(const cv::Size& page, int share) {
  const int shorter = std::min(page.width, page.height);
  const int band = std::min(std::max(1, shorter / share), (shorter - 1) / 2);
  return {band, band, page.width - 2 * band, page.height - 2 * band};
}

cv::Mat1f light_of(const cv::Mat1b& page) {
  const cv::Mat1b samples = resized(page, shrink_to(page.size(), kSamples));
  const Surface<1> even(samples);
  const Surface<6> shaded(samples);
  cv::Mat1f light(page.size(), static_cast<float>(even.coefficients[0]));
  if (shaded.error > kFarBetter * even.error) return light;
  for (int y = 0; y < page.rows; ++y) {
    for (int x = 0; x < page.cols; ++x) {
      light(y, x) = static_cast<float>(shaded.at(centred(x, page.cols), centred(y, page.rows)));
    }
  }
  return light;
}

bool ink_is_light(const cv::Mat1b& page, const cv::Mat1f& light) {
  cv::Mat1f flat;
  page.convertTo(flat, CV_32F);
  flat -= light;
  cv::blur(flat, flat, {3, 3});
  // Where the strokes speak clearly, how much of the page is dark matters little.
  const double cover = cover_of_dark(flat);
  const double thin = thinness(flat, cover);
  return thin + (1 - std::abs(thin)) * cover > 0;
}

}  // namespace mnist::ink
