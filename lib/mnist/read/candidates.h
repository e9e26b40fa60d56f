// What the page network marks at the scales of a picture, and which marks are one thing. Internal
// to lib/mnist/read. Thread-safe.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <opencv2/core.hpp>

#include "mnist/data/page_grid.h"
#include "mnist/read/page_inference.h"

namespace mnist::reading {

// A centre that the network marks. Places are in pixels of the picture.
struct Candidate {
  int kind = 0;      // the likeliest of kPageClasses
  double score = 0;  // its probability
  std::array<double, kPageClasses> classes{};
  cv::Point2d centre{};
  cv::Size2d size{};
  std::size_t level = 0;
  double side = 0;  // longer side in pixels of its level

  cv::Rect2d box() const {
    return {centre.x - size.width / 2, centre.y - size.height / 2, size.width, size.height};
  }
};

std::vector<Candidate> candidates_of(const SeenLevel& seen, std::size_t index, double least_score);

// A thing on the page, as the scales show it.
struct Place {
  int kind = 0;      // the likeliest of kPageClasses, by all scales
  double score = 0;  // how sure the surest scale is of it, and the next surest
  std::array<double, kPageClasses> classes{};
  // Never empty. For digits, the surest and all others that reach the threshold and agree on the
  // box, from the finest scale to the coarsest; for other things, only the surest.
  std::vector<Candidate> views{};

  const Candidate& finest() const { return views.front(); }
};

// One for each thing, the surest first: of candidates that share a place, the surest stays, taking
// into account what those of other scales say about its class. A candidate is a view if its score
// is at least `find_above`. Beyond `most` things, the least sure are left out.
std::vector<Place> places_of(std::vector<Candidate> candidates, double find_above,
                             std::size_t most);

// The ink of `place` only, 0 to 1, as its view `view` shows it, and where its top left corner lies
// in that level: what the network takes for ink and assigns to this centre rather than to that of
// another of `all`. `place` is one of `all`.
struct OwnInk {
  cv::Mat1f strength;
  cv::Point origin;
};
OwnInk own_ink(const Candidate& view, const Place& place, std::span<const Place> all,
               const SeenLevel& seen);

}  // namespace mnist::reading
