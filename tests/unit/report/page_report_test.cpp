#include "mnist/report/page_report.h"

#include <string>

#include <nlohmann/json.hpp>

#include "support/catch.h"

namespace mnist {
namespace {

PageReport report() {
  return {.model = "a.safetensors",
          .data = "pages",
          .seconds = 2,
          .pages = {{.name = "x__1__12.png", .source = "x", .wanted = "12", .read = "12"},
                    {.name = "y__1__34.png", .source = "y", .wanted = "34", .read = "31"}}};
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the report says how much was read whole, and what was not", "[report]") {
  const std::string text = page_report_text(report());
  CHECK(holds(text, "read whole        0.5000 (1 of 2 pages; "));
  CHECK(holds(text, "character errors  0.2500 (1 of 4 characters)\n"));
  CHECK(holds(text, "pages/s           1.0\n"));
  CHECK(holds(text, "y__1__34.png\n  34\n  31\n"));
  CHECK_FALSE(holds(text, "x__1__12.png"));
  CHECK_FALSE(holds(text, "missed"));  // no digit positions were given
}

TEST_CASE("the JSON of pages holds unrounded values, sources and what is wrong", "[report]") {
  const nlohmann::json json = nlohmann::json::parse(page_report_json(report()));
  CHECK(json["whole_share"] == 0.5);
  CHECK(json["character_error_rate"] == 0.25);
  CHECK(json["pages_per_second"] == 1.0);
  CHECK(json["per_source"].size() == 2);
  CHECK(json["wrong"] ==
        nlohmann::json::parse(R"([{"page": "y__1__34.png", "wanted": "34", "read": "31"}])"));
  CHECK_FALSE(json.contains("missed"));
  CHECK(nlohmann::json::parse(page_report_json({}))["whole_share"].is_null());
}

TEST_CASE("the CSV of pages has a line for each", "[report]") {
  CHECK(page_report_csv(report()) ==
        "page,wanted,read,errors\nx__1__12.png,12,12,0\ny__1__34.png,34,31,1\n");
}

}  // namespace mnist
