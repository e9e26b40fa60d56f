#include "serve/query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "mnist/labels/labelled_files.h"

#include "serve/body.h"

namespace mnist::app::serve {
namespace {

constexpr std::size_t kMostLabels = 100;  // of one picture; its query must fit httplib's 8 KiB

std::optional<int> number_from(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = failure == std::errc() && end == text.data() + text.size() && number >= 0;
  return is_whole ? std::optional(number) : std::nullopt;
}

// "x,y,width,height" in pixels.
Box box_from(std::string_view text) {
  std::array<int, 4> sides{};
  for (int& side : sides) {
    const bool is_last = &side == &sides.back();
    const std::size_t end = is_last ? text.size() : std::min(text.find(','), text.size());
    const std::optional<int> number = number_from(text.substr(0, end));
    if (!number || (!is_last && end == text.size())) {
      throw BadBody{400, "a box must be x,y,width,height in pixels"};
    }
    side = *number;
    text.remove_prefix(is_last ? end : end + 1);
  }
  return {sides[0], sides[1], sides[2], sides[3]};
}

}  // namespace

std::size_t index_in(const httplib::Request& request, std::size_t count) {
  const std::optional<int> index = number_from(request.get_param_value("index"));
  if (!index) throw BadBody{400, "the query must have index=NUMBER"};
  const auto place = static_cast<std::size_t>(*index);
  if (place >= count) throw BadBody{404, "there is no such picture"};
  return place;
}

std::vector<PlaceLabel> labels_in(const httplib::Request& request) {
  const std::size_t count = request.get_param_value_count("label");
  if (count > kMostLabels) {
    throw BadBody{400, "a picture has " + std::to_string(kMostLabels) + " labels at most"};
  }
  std::vector<PlaceLabel> labels;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = request.get_param_value("label", i);
    const std::size_t at = text.find('@');
    const std::optional<int> label = label_from(text.substr(0, at));
    if (!label) throw BadBody{400, "a label must be 0 to 9 or none"};
    labels.push_back({.label = *label});
    if (at != std::string::npos) {
      labels.back().box = box_from(std::string_view(text).substr(at + 1));
    } else if (count > 1) {
      throw BadBody{400, "with several labels each needs its box: label=3@x,y,width,height"};
    }
  }
  return labels;
}

}  // namespace mnist::app::serve
