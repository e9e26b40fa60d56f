#include "mnist/read/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mnist/digit/tuning.h"

namespace mnist::reading {
namespace {

double shared_part(const cv::Rect2d& a, const cv::Rect2d& b) {
  const double least = std::min(a.area(), b.area());
  return least > 0 ? (a & b).area() / least : 0.0;
}

bool agree(const cv::Rect2d& a, const cv::Rect2d& b) {
  return (a & b).area() > kTuning.same_place * std::max(a.area(), b.area());
}

bool is_digit(const Candidate& candidate) { return candidate.kind < kPointMark; }

// A comma's short side is a few pixels, and scales disagree by as much about where it is.
cv::Rect2d squared(const Candidate& sign) {
  const double side = std::max(sign.size.width, sign.size.height);
  return {sign.centre.x - side / 2, sign.centre.y - side / 2, side, side};
}

bool is_sign(const Candidate& candidate) {
  return candidate.kind >= kPointMark && candidate.kind < kMarkKinds;
}

bool is_same_place(const Candidate& a, const Candidate& b) {
  const bool may_be_one_sign = is_sign(a) && is_sign(b) && a.level != b.level;
  const double shared =
      may_be_one_sign ? shared_part(squared(a), squared(b)) : shared_part(a.box(), b.box());
  return shared > kTuning.same_place;
}

// The first view is the surest so far.
void add_view(Place& place, Candidate candidate, double find_above) {
  const Candidate& surest = place.views.front();
  if (candidate.level == surest.level) return;
  for (int c = 0; c < kPageClasses; ++c) {
    place.classes[c] += kTuning.other_scale * candidate.classes[c];
  }
  if (candidate.score >= find_above && agree(candidate.box(), surest.box()))
    place.views.push_back(std::move(candidate));
}

// Derives the place's kind and score from what the views say, surest first, then puts them in
// order.
void conclude(Place& place) {
  const double next = place.views.size() > 1 ? place.views[1].score : 0.0;
  place.score = (place.score + kTuning.other_scale * next) / (1 + kTuning.other_scale);
  place.kind = static_cast<int>(
      std::distance(place.classes.begin(),
                    std::max_element(place.classes.begin(), place.classes.begin() + kPointMark)));
  std::stable_sort(place.views.begin(), place.views.end(),
                   [](const Candidate& a, const Candidate& b) { return a.level > b.level; });
}

Candidate candidate_at(const SeenLevel& seen, int row, int column, std::size_t index) {
  const auto maps = seen.cell(static_cast<std::size_t>(row) * seen.columns + column);
  Candidate candidate{.level = index};
  for (int c = 0; c < kPageClasses; ++c) {
    candidate.classes[c] = sigmoid(maps[c]);
    if (maps[c] > maps[candidate.kind]) candidate.kind = c;
  }
  candidate.score = candidate.classes[candidate.kind];
  const double width = kPageUnit * std::exp(std::min(3.0F, maps[SeenLevel::kSizes]));
  const double height = kPageUnit * std::exp(std::min(3.0F, maps[SeenLevel::kSizes + 1]));
  candidate.side = std::max(width, height);
  candidate.size = {width / seen.level.scale_x, height / seen.level.scale_y};
  candidate.centre = {((column + 0.5) * kPageCell - seen.level.margin) / seen.level.scale_x,
                      ((row + 0.5) * kPageCell - seen.level.margin) / seen.level.scale_y};
  return candidate;
}

}  // namespace

std::vector<Candidate> candidates_of(const SeenLevel& seen, std::size_t index, double least_score) {
  std::vector<float> best(seen.cells(), -std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < best.size(); ++i) {
    for (const float logit : seen.cell(i).first<kPageClasses>()) best[i] = std::max(best[i], logit);
  }
  std::vector<Candidate> candidates;
  for (int row = 0; row < seen.rows; ++row) {
    for (int column = 0; column < seen.columns; ++column) {
      const std::size_t at = static_cast<std::size_t>(row) * seen.columns + column;
      if (sigmoid(best[at]) < least_score) continue;
      bool is_peak = true;
      for (int y = std::max(0, row - 1); y <= std::min(seen.rows - 1, row + 1); ++y) {
        for (int x = std::max(0, column - 1); x <= std::min(seen.columns - 1, column + 1); ++x) {
          const std::size_t other = static_cast<std::size_t>(y) * seen.columns + x;
          is_peak &= best[other] < best[at] || (best[other] == best[at] && other >= at);
        }
      }
      if (!is_peak) continue;
      const Candidate candidate = candidate_at(seen, row, column, index);
      if (candidate.score >= least_score) candidates.push_back(candidate);  // not if it is NaN
    }
  }
  return candidates;
}

std::vector<Place> places_of(std::vector<Candidate> candidates, double find_above,
                             std::size_t most) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  std::vector<Place> places;
  for (Candidate& candidate : candidates) {
    const auto same = std::find_if(places.begin(), places.end(), [&](const Place& place) {
      return is_same_place(candidate, place.views.front());
    });
    if (same == places.end()) {
      if (places.size() == most) continue;
      places.push_back({candidate.kind, candidate.score, candidate.classes, {candidate}});
    } else if (is_digit(candidate) && is_digit(same->views.front())) {
      add_view(*same, std::move(candidate), find_above);
    }
  }
  for (Place& place : places) {
    if (is_digit(place.views.front())) conclude(place);
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const Place& a, const Place& b) { return a.score > b.score; });
  return places;
}

OwnInk own_ink(const Candidate& view, const Place& place, std::span<const Place> all,
               const SeenLevel& seen) {
  const Level& level = seen.level;
  const auto in_level = [&](const cv::Point2d& p) {
    return cv::Point2d(p.x * level.scale_x + level.margin, p.y * level.scale_y + level.margin);
  };
  const cv::Point2d centre = in_level(view.centre);
  std::vector<cv::Point2d> others;
  for (const Place& other : all) {
    if (&other == &place) continue;
    const cv::Point2d at = in_level(other.finest().centre);
    const double side = std::max(other.finest().size.width * level.scale_x, 4.0);
    if (cv::norm(at - centre) < 2 * (view.side + side)) others.push_back(at);
  }
  const double width = view.size.width * level.scale_x * (1 + 2 * kTuning.context) + 4;
  const double height = view.size.height * level.scale_y * (1 + 2 * kTuning.context) + 4;
  const cv::Rect page(0, 0, level.levels.cols, level.levels.rows);
  const cv::Rect around = cv::Rect(cvFloor(centre.x - width / 2), cvFloor(centre.y - height / 2),
                                   cvCeil(width) + 1, cvCeil(height) + 1) &
                          page;
  OwnInk own{.strength = cv::Mat1f(around.size(), 0.0F), .origin = around.tl()};
  for (int y = around.y; y < around.br().y; ++y) {
    for (int x = around.x; x < around.br().x; ++x) {
      const std::size_t cell =
          static_cast<std::size_t>(y / kPageCell) * seen.columns + x / kPageCell;
      const float* way = &seen.cell(cell)[SeenLevel::kWays];
      const cv::Point2d meant((x / kPageCell + 0.5) * kPageCell + kPageUnit * way[0],
                              (y / kPageCell + 0.5) * kPageCell + kPageUnit * way[1]);
      const double away = cv::norm(meant - centre);
      if (away > kTuning.reach * view.side) continue;
      const bool is_others =
          std::any_of(others.begin(), others.end(),
                      [&](const cv::Point2d& other) { return cv::norm(meant - other) < away; });
      if (!is_others) own.strength(y - around.y, x - around.x) = seen.ink_at(y, x);
    }
  }
  return own;
}

}  // namespace mnist::reading
