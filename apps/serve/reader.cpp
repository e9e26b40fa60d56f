#include "serve/reader.h"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/bytes/base64.h"
#include "mnist/digit/normalize.h"
#include "mnist/digit/picture.h"
#include "mnist/digit/segment.h"
#include "mnist/image/decode.h"
#include "mnist/image/encode.h"
#include "mnist/report/prediction_lines.h"

namespace mnist::app::serve {
namespace {

using Json = nlohmann::ordered_json;

struct Prepared {
  std::vector<NormalizedDigit> digits;  // one, or all of several
  std::vector<int> rows;                // of several
};

Prepared prepare(std::span<const std::uint8_t> picture) {
  const Image image = decode_image(picture);
  Prepared prepared{.digits = {normalize(image)}, .rows = {}};
  if (prepared.digits.front().rejection != Rejection::kSeveralDigits) return prepared;
  const std::vector<SegmentedDigit> found = segment(image);
  if (found.size() < 2) return prepared;
  prepared.digits.clear();
  for (const SegmentedDigit& digit : found) {
    prepared.digits.push_back({.digit = digit.digit, .box = digit.box});
    prepared.rows.push_back(digit.row);
  }
  return prepared;
}

}  // namespace

Reader::Reader(Batcher::Predict predict, int pictures_at_once)
    : batcher_(std::move(predict)), places_(pictures_at_once) {}

std::string Reader::read(std::span<const std::uint8_t> picture, bool with_input,
                         Clock::time_point until) {
  const Prepared prepared = [&] {
    const Places::Taken place(places_, until);
    return prepare(picture);
  }();
  const std::vector<Prediction> predictions = batcher_.predict(prepared.digits);
  PredictionRecord record{.path = "-", .outcome = predictions.front()};
  if (!prepared.rows.empty()) {
    PagePrediction page;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      page.digits.push_back(
          {.prediction = predictions[i], .box = prepared.digits[i].box, .row = prepared.rows[i]});
    }
    record.outcome = std::move(page);
  }
  const std::string answer = prediction_json(record);
  if (!with_input) return answer;
  Json json = Json::parse(answer);
  for (std::size_t i = 0; i < prepared.digits.size(); ++i) {
    Json& prediction = prepared.rows.empty() ? json : json["digits"][i];
    prediction["input"] = base64(encode_png(picture_of(prepared.digits[i].digit)));
  }
  return json.dump();
}

}  // namespace mnist::app::serve
