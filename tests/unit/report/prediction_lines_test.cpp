#include "mnist/report/prediction_lines.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/base64.h"

#include "support/catch.h"

namespace mnist {
namespace {

using Json = nlohmann::json;
using Layout = PredictionFormat::Layout;

Prediction read_as(int digit, double confidence, std::optional<Rejection> rejection = {}) {
  Prediction prediction;
  prediction.digit = digit;
  prediction.confidence = confidence;
  prediction.rejection = rejection;
  prediction.probabilities[digit] = confidence;
  prediction.probabilities[(digit + 1) % kClasses] = 1.0 - confidence;
  return prediction;
}

Prediction blank() {
  Prediction prediction;
  prediction.rejection = Rejection::kBlank;
  return prediction;
}

PredictionRecord record(Prediction prediction, const std::string& path = "a.png") {
  return {.path = path, .outcome = prediction};
}

PredictionRecord failure(const std::string& path = "b.png") {
  return {.path = path, .outcome = ReadFailure{"not a PNG, JPEG or PNM image"}};
}

// Two rows, "40" above "7".
PredictionRecord page(std::optional<Rejection> last = {}) {
  return {.path = "page.png",
          .outcome = PagePrediction{{{read_as(4, 0.99), {10, 20, 30, 40}, 0},
                                     {read_as(0, 0.75), {50, 20, 30, 40}, 0},
                                     {read_as(7, 0.875, last), {10, 90, 30, 40}, 1}}}};
}

PredictionRecord empty_page() { return {.path = "page.png", .outcome = PagePrediction{}}; }

std::string line(const PredictionFormat& format, const PredictionRecord& of) {
  return PredictionFormatter(format).record(of);
}

std::string custom(const std::string& format, const PredictionRecord& of) {
  return line({.layout = Layout::kCustom, .custom = format}, of);
}

// The fields of the only data line, by the header's names; the test's fields contain no commas.
Json csv_fields(const PredictionFormat& format, const PredictionRecord& of) {
  PredictionFormatter formatter(format);
  const auto split = [](const std::string& text) {
    std::vector<std::string> fields = {""};
    for (const char c : text.substr(0, text.find('\n'))) {
      if (c == ',') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    return fields;
  };
  const auto names = split(formatter.begin());
  const auto values = split(formatter.record(of));
  REQUIRE(names.size() == values.size());
  Json result;
  for (std::size_t i = 0; i < names.size(); ++i) result[names[i]] = values[i];
  return result;
}

}  // namespace

TEST_CASE("the default line is path, digit and confidence between tabs", "[report]") {
  CHECK(line({}, record(read_as(7, 0.98765))) == "a.png\t7\t0.9877\n");
}

TEST_CASE("the default line shows a rejected picture's digit as a question mark", "[report]") {
  CHECK(line({}, record(read_as(7, 0.41, Rejection::kUnsure))) == "a.png\t?\t0.4100\n");
  CHECK(line({}, record(blank())) == "a.png\t?\t0.0000\n");
}

TEST_CASE("text says nothing of a picture that could not be read", "[report]") {
  CHECK(line({}, failure()).empty());
  CHECK(custom("%p", failure()).empty());
}

TEST_CASE("tabs and line breaks in a path cannot break a line of text", "[report]") {
  CHECK(line({}, record(read_as(1, 1.0), "a\tb\nc\rd\\e")) == "a\\tb\\nc\\rd\\\\e\t1\t1.0000\n");
}

TEST_CASE("a page's line joins its rows by a dash and gives the lowest confidence", "[report]") {
  CHECK(line({.all = true}, page()) == "page.png\t40-7\t0.7500\n");
  CHECK(line({.all = true}, page(Rejection::kUnsure)) == "page.png\t40-?\t0.7500\n");
  CHECK(line({.all = true}, empty_page()) == "page.png\t?\t0.0000\n");
}

TEST_CASE("signs stand between the digits where they are asked for", "[report]") {
  Page page;
  const auto add = [&](FindKind kind, int row, int width, int height) {
    Find find{.kind = kind, .box = {0, 0, width, height}, .row = row};
    if (kind == FindKind::kDigit) find.prediction = read_as(7, 0.75);
    page.finds.push_back(find);
  };
  add(FindKind::kDigit, 0, 20, 30);
  add(FindKind::kPoint, 0, 5, 12);
  add(FindKind::kDigit, 0, 20, 30);
  add(FindKind::kSlash, 0, 15, 30);
  add(FindKind::kDigit, 1, 20, 30);
  add(FindKind::kHyphen, 1, 15, 4);
  add(FindKind::kComma, 1, 5, 5);
  const PredictionRecord with{.path = "a", .outcome = page_prediction(page, true)};
  CHECK(line({.all = true, .signs = true}, with) == "a\t7.7/ 7-,\t0.7500\n");
  CHECK(status_of(with) == PredictionStatus::kDigit);
  CHECK(line({.all = true}, {.path = "a", .outcome = page_prediction(page)}) ==
        "a\t77-7\t0.7500\n");
  const Json json = Json::parse(prediction_json(with));
  REQUIRE(json["digits"].size() == 3);
  CHECK(json["digits"][0]["kind"] == "digit");
  REQUIRE(json["signs"].size() == 4);
  CHECK(json["signs"][0]["kind"] == "point");
  CHECK(json["signs"][0]["sign"] == ".");
  CHECK(json["signs"][0]["box"] == Json({0, 0, 5, 12}));
  CHECK(json["signs"][3]["kind"] == "comma");
  CHECK(json["signs"][3]["sign"] == ",");
  CHECK(json["signs"][3]["row"] == 1);
  CHECK_FALSE(json["signs"][0].contains("confidence"));
  const Json without =
      Json::parse(prediction_json({.path = "a", .outcome = page_prediction(page)}));
  CHECK(without["text"] == "77-7");
  CHECK(without["signs"] == json["signs"]);
}

TEST_CASE("signs alone are nothing that was read", "[report]") {
  Page page;
  page.finds.push_back({.kind = FindKind::kHyphen});
  const PredictionRecord signs{.path = "a", .outcome = page_prediction(page, true)};
  CHECK(status_of(signs) == PredictionStatus::kRejected);
  CHECK(Json::parse(prediction_json(signs))["confidence"] == 0);
}

TEST_CASE("the best classes follow as pairs of digit and probability", "[report]") {
  CHECK(line({.topk = 2}, record(read_as(7, 0.75))) == "a.png\t7\t0.7500\t7\t0.7500\t8\t0.2500\n");
  CHECK(line({.topk = 2}, record(read_as(7, 0.75, Rejection::kUnsure))) ==
        "a.png\t?\t0.7500\t7\t0.7500\t8\t0.2500\n");
}

TEST_CASE("of equal probabilities the lower digit comes first", "[report]") {
  CHECK(line({.topk = 3}, record(read_as(5, 0.5))) ==
        "a.png\t5\t0.5000\t5\t0.5000\t6\t0.5000\t0\t0.0000\n");
}

TEST_CASE("the number of best classes has its bounds, and needs a layout with room for them",
          "[report]") {
  CHECK_THROWS_AS(PredictionFormatter({.topk = -1}), Error);
  CHECK_THROWS_AS(PredictionFormatter({.topk = 11}), Error);
  CHECK_THROWS_AS(PredictionFormatter({.layout = Layout::kCustom, .topk = 1}), Error);
  CHECK_THROWS_AS(PredictionFormatter({.topk = 1, .all = true}), Error);
  CHECK_NOTHROW(PredictionFormatter({.layout = Layout::kJsonl, .topk = 10, .all = true}));
}

TEST_CASE("a custom format fills in fields and escapes", "[report]") {
  CHECK(custom("%d\\t%c (%s) 100%% %p", record(read_as(7, 0.98765))) ==
        "7\t0.9877 (digit) 100% a.png\n");
  CHECK(custom("%s:%d", record(read_as(7, 0.4, Rejection::kUnsure))) == "rejected:?\n");
  CHECK(custom("%d", page()) == "40-7\n");
  CHECK(custom("a\\\\b", record(blank())) == "a\\b\n");
}

TEST_CASE("a format that ends its own line gets no second line break", "[report]") {
  CHECK(custom("%d\\n", record(read_as(7, 1.0))) == "7\n");
}

TEST_CASE("a path goes into a custom format as it is, and is not a format itself", "[report]") {
  CHECK(custom("%p", record(read_as(7, 1.0), "100%d\\n")) == "100%d\\n\n");
}

TEST_CASE("an unknown field or escape is refused before the first picture", "[report]") {
  for (const char* format : {"%x", "%", "100% sure", "\\q", "%d\\"}) {
    INFO(format);
    CHECK_THROWS_AS(PredictionFormatter({.layout = Layout::kCustom, .custom = format}), Error);
  }
  CHECK_THROWS_WITH(custom("%x", record(blank())),
                    Catch::Matchers::StartsWith("unknown field %x in the output format"));
}

TEST_CASE("a digit's JSON object is one line with the documented fields, unrounded", "[report]") {
  const std::string text = line({.layout = Layout::kJsonl}, record(read_as(7, 0.1 + 0.7)));
  CHECK(std::ranges::count(text, '\n') == 1);
  const Json json = Json::parse(text);
  CHECK(json["path"] == "a.png");
  CHECK(json["status"] == "digit");
  CHECK(json["digit"] == 7);
  CHECK(json["confidence"].get<double>() == 0.1 + 0.7);
  CHECK(json["acceptance"] == 0.0);
  CHECK(json["probabilities"].size() == 10);
  CHECK(json["probabilities"][7] == json["confidence"]);
  CHECK(json["reason"].is_null());
  CHECK(json.size() == 7);
}

TEST_CASE("a rejected picture's JSON has no digit, its reason, and its probabilities", "[report]") {
  const Json json = Json::parse(prediction_json(record(read_as(7, 0.4, Rejection::kNotADigit))));
  CHECK(json["status"] == "rejected");
  CHECK(json["digit"].is_null());
  CHECK(json["reason"] == "not-a-digit");
  CHECK(json["probabilities"][7] == 0.4);

  const Json empty = Json::parse(prediction_json(record(blank())));
  CHECK(empty["digit"].is_null());
  CHECK(empty["confidence"] == 0.0);
  CHECK(empty["reason"] == "blank");
}

TEST_CASE("an unreadable picture's JSON has status error and says why", "[report]") {
  const Json json = Json::parse(prediction_json(failure()));
  CHECK(json["status"] == "error");
  CHECK(json["reason"] == "not a PNG, JPEG or PNM image");
  for (const char* field : {"digit", "confidence", "probabilities"}) {
    REQUIRE(json.contains(field));
    CHECK(json[field].is_null());
  }
}

TEST_CASE("a page's JSON has its text, and box and row of each digit", "[report]") {
  const Json json = Json::parse(prediction_json(page()));
  CHECK(json["status"] == "digit");
  CHECK(json["text"] == "40-7");
  CHECK(json["confidence"] == 0.75);
  CHECK(json["digit"].is_null());
  REQUIRE(json["digits"].size() == 3);
  CHECK(json["digits"][1]["digit"] == 0);
  CHECK(json["digits"][1]["confidence"] == 0.75);
  CHECK(json["digits"][1]["box"] == Json({50, 20, 30, 40}));
  CHECK(json["digits"][2]["row"] == 1);
}

TEST_CASE("a page is rejected with the reason of its first rejected digit, or for being blank",
          "[report]") {
  const Json json = Json::parse(prediction_json(page(Rejection::kUnsure)));
  CHECK(json["status"] == "rejected");
  CHECK(json["reason"] == "unsure");
  CHECK(json["text"] == "40-?");
  CHECK(json["digits"][2]["digit"].is_null());
  CHECK(json["digits"][2]["reason"] == "unsure");
  CHECK(json["digits"][0]["reason"].is_null());

  const Json empty = Json::parse(prediction_json(empty_page()));
  CHECK(empty["status"] == "rejected");
  CHECK(empty["reason"] == "blank");
  CHECK(empty["text"] == "");
  CHECK(empty["digits"] == Json::array());
}

TEST_CASE("the best classes are a list of objects in JSON", "[report]") {
  const Json json = Json::parse(prediction_json(record(read_as(7, 0.75)), 2));
  CHECK(json["topk"] == Json::parse(R"([{"digit":7,"probability":0.75},
                                        {"digit":8,"probability":0.25}])"));
  CHECK(Json::parse(prediction_json(page(), 1))["digits"][0]["topk"][0]["digit"] == 4);
}

TEST_CASE("a path that is not valid UTF-8 is valid JSON, with its bytes beside it", "[report]") {
  const Json json = Json::parse(prediction_json(record(read_as(7, 1.0), "caf\xe9\xff.png")));
  CHECK(json["path"] == "caf\xef\xbf\xbd\xef\xbf\xbd.png");
  CHECK(from_base64(json["path_base64"].get<std::string>()) ==
        std::vector<std::uint8_t>{'c', 'a', 'f', 0xe9, 0xff, '.', 'p', 'n', 'g'});
  // A surrogate, an overlong form and a truncated character are not UTF-8 either.
  for (const char* broken : {"\xed\xa0\x80", "\xc0\xaf", "\xf0\x9f\x98", "\xf5\x80\x80\x80"}) {
    CHECK(Json::parse(prediction_json(record(blank(), broken))).contains("path_base64"));
  }
  for (const char* sound : {"a.png", "caf\xc3\xa9.png", "\xf0\x9f\x98\x80", "\x01\x7f\"\\"}) {
    const Json plain = Json::parse(prediction_json(record(blank(), sound)));
    CHECK(plain["path"] == sound);
    CHECK_FALSE(plain.contains("path_base64"));
  }
}

TEST_CASE("the JSON array is valid with no, one and several records", "[report]") {
  for (const std::size_t count : {0U, 1U, 3U}) {
    PredictionFormatter formatter({.layout = Layout::kJson});
    std::string text = formatter.begin();
    for (std::size_t i = 0; i < count; ++i) text += formatter.record(record(read_as(7, 1.0)));
    text += formatter.end();
    CHECK(Json::parse(text).size() == count);
    CHECK(text.back() == '\n');
  }
}

TEST_CASE("CSV has a header, one column per class, and a row for every picture", "[report]") {
  CHECK(PredictionFormatter({.layout = Layout::kCsv}).begin() ==
        "path,status,digit,confidence,reason,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,acceptance\n");
  const PredictionFormat format{.layout = Layout::kCsv};
  Prediction eight = read_as(8, 0.75);
  eight.acceptance = 0.5;
  CHECK(line(format, record(eight)) == "a.png,digit,8,0.75,,0,0,0,0,0,0,0,0,0.75,0.25,0.5\n");
  CHECK(line(format, record(read_as(8, 0.75, Rejection::kUnsure), "a,b.png")) ==
        "\"a,b.png\",rejected,,0.75,unsure,0,0,0,0,0,0,0,0,0.75,0.25,0\n");
  CHECK(line(format, failure()) == "b.png,error,,,\"not a PNG, JPEG or PNM image\",,,,,,,,,,,\n");
}

TEST_CASE("CSV with best classes adds numbered columns", "[report]") {
  const Json fields = csv_fields({.layout = Layout::kCsv, .topk = 2}, record(read_as(8, 0.75)));
  CHECK(fields["digit_1"] == "8");
  CHECK(fields["probability_1"] == "0.75");
  CHECK(fields["digit_2"] == "9");
  CHECK(fields["acceptance"] == "0");
}

TEST_CASE("CSV of pages has a row for every digit, with its place", "[report]") {
  const PredictionFormat format{.layout = Layout::kCsv, .topk = 1, .all = true};
  const std::string lines = line(format, page(Rejection::kUnsure));
  CHECK(std::ranges::count(lines, '\n') == 3);
  const Json first = csv_fields(format, page());
  CHECK(first["digit"] == "4");
  CHECK(first["row"] == "0");
  CHECK(first["x"] == "10");
  CHECK(first["height"] == "40");

  const Json empty = csv_fields(format, empty_page());
  CHECK(empty["status"] == "rejected");
  CHECK(empty["reason"] == "blank");
  CHECK(empty["p9"] == "");
  CHECK(empty["acceptance"] == "");
}

}  // namespace mnist
