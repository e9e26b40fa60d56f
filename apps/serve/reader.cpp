#include "serve/reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/bytes/base64.h"
#include "mnist/digit/picture.h"
#include "mnist/image/decode.h"
#include "mnist/image/encode.h"
#include "mnist/report/prediction_lines.h"

namespace mnist::app::serve {
namespace {

using Json = nlohmann::ordered_json;

std::string input_of(const Digit& digit) { return base64(encode_png(picture_of(digit))); }

// Adds `input` to each digit that page_prediction() shows, in order.
void add_inputs(const Page& page, Json& digits) {
  std::size_t shown = 0;
  for (const Find& find : page.finds) {
    const bool is_digit = find.kind == FindKind::kDigit;
    if (!is_digit && find.kind != FindKind::kUnreadable) continue;
    if (find.prediction.rejection == Rejection::kNotADigit) continue;
    if (is_digit) digits[shown]["input"] = input_of(find.digit);
    ++shown;
  }
}

// How each find was read, for those who ask why.
Json finds_json(const Page& page) {
  Json finds = Json::array();
  for (const Find& find : page.finds) {
    Json json = {{"kind", to_string(find.kind)},
                 {"box", {find.box.x, find.box.y, find.box.width, find.box.height}},
                 {"score", find.score}};
    const Prediction& prediction = find.prediction;
    if (find.kind == FindKind::kDigit && prediction.digit) {
      json["first_look"] = find.first_look;
      json["guess"] = *prediction.digit;
      json["confidence"] = prediction.confidence;
      json["acceptance"] = prediction.acceptance;
    }
    json["reason"] = prediction.rejection ? Json(to_string(*prediction.rejection)) : Json();
    finds.push_back(std::move(json));
  }
  return finds;
}

}  // namespace

Reader::Reader(FindDigits find, Batcher::Predict predict, int pictures_at_once)
    : find_(std::move(find)), batcher_(std::move(predict)), places_(pictures_at_once) {}

Page Reader::page(std::span<const std::uint8_t> picture, Clock::time_point until) {
  Page page = [&] {
    const Places::Taken place(places_, until);
    return find_(decode_image(picture, {.max_decoded_pixels = kMostUsefulPixels}));
  }();
  std::vector<Prediction> predictions = batcher_.predict(page.finds);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    page.finds[i].prediction = std::move(predictions[i]);
  }
  return page;
}

std::string Reader::read(std::span<const std::uint8_t> picture, bool with_input,
                         Clock::time_point until) {
  const Page page = this->page(picture, until);
  const Prediction only = only_digit(page);
  const bool is_several = only.rejection == Rejection::kSeveralDigits;
  PredictionRecord record{.path = "-", .outcome = only};
  if (is_several) record.outcome = page_prediction(page);
  const std::string answer = prediction_json(record);
  if (!with_input) return answer;
  Json json = Json::parse(answer);
  if (is_several) {
    add_inputs(page, json["digits"]);
  } else {
    const Find* surest = surest_digit(page);
    json["input"] = input_of(surest != nullptr ? surest->digit : Digit{});
  }
  json["finds"] = finds_json(page);
  return json.dump();
}

}  // namespace mnist::app::serve
