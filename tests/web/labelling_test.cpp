// Corrections and reviews over HTTP: what is kept, and what is refused.
#include <fstream>
#include <string>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/image/encode.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "web/http_client.h"
#include "web/running_server.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using app::serve::Corrections;
using app::serve::Review;

std::string picture(std::uint8_t grey) {
  Image image{.width = 8, .height = 8, .format = PixelFormat::kGrey, .pixels = {}};
  image.pixels.assign(64, grey);
  const auto png = encode_png(image);
  return {png.begin(), png.end()};
}

std::string post(const std::string& path, const std::string& body,
                 const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("nothing is kept unless the server was told where", "[server]") {
  const RunningServer server;
  CHECK(body_of(ask(server.port(), get("/api/collection"))) == "{\"collects\":false}\n");
  CHECK(status_of(ask(server.port(), post("/api/correct?label=3", picture(0)))) == 405);
  CHECK(status_of(ask(server.port(), get("/review.html"))) == 404);
  CHECK(status_of(ask(server.port(), get("/api/review"))) == 404);
}

TEST_CASE("a correction keeps the picture and its label, until it is taken back", "[server]") {
  const TemporaryDirectory folder;
  Corrections corrections(folder / "kept");
  const RunningServer server({.corrections = &corrections});
  const auto correct = [&](const std::string& query, const std::string& body) {
    return ask(server.port(), post("/api/correct?" + query, body));
  };
  CHECK(status_of(correct("label=3", picture(0))) == 200);
  const std::string list = read_text(folder / "kept/labels.jsonl");
  const std::string name = list.substr(9, list.find('"', 9) - 9);
  CHECK(list == "{\"path\":\"" + name + "\",\"label\":\"3\"}\n");
  CHECK(read_text(folder / "kept" / name) == picture(0));
  CHECK(status_of(correct("label=3@1,2,3,4&label=none@5%2C6%2C7%2C8&label=none%409,9,1,1",
                          picture(0))) == 200);
  CHECK(read_text(folder / "kept/labels.jsonl") ==
        "{\"path\":\"" + name + "\",\"label\":\"3\",\"box\":[1,2,3,4]}\n{\"path\":\"" + name +
            "\",\"label\":\"none\",\"box\":[5,6,7,8]}\n{\"path\":\"" + name +
            "\",\"label\":\"none\",\"box\":[9,9,1,1]}\n");
  CHECK(status_of(correct("label=4", picture(9))) == 200);
  CHECK(body_of(ask(server.port(), get("/api/collection"))) ==
        "{\"collects\":true,\"folder\":\"" + (folder / "kept").string() + "\",\"pictures\":2}\n");
  CHECK(status_of(correct("", picture(9))) == 200);
  CHECK(status_of(correct("", picture(77))) == 200);
  CHECK(entries_in(folder / "kept") == 2);
  CHECK(fs::exists(folder / "kept" / name));
}

TEST_CASE("what is not a correction is refused, and nothing kept", "[server]") {
  const TemporaryDirectory folder;
  Corrections corrections(folder.path());
  const RunningServer server({.token = "secret", .corrections = &corrections});
  const auto status = [&](const std::string& query, const std::string& body,
                          const std::string& headers = "Authorization: Bearer secret\r\n") {
    return status_of(ask(server.port(), post("/api/correct?" + query, body, headers)));
  };
  CHECK(status("label=3", picture(0), "") == 401);
  CHECK(status("label=3", picture(0),
               "Authorization: Bearer secret\r\nOrigin: http://evil.example\r\n") == 403);
  for (const char* query :
       {"label=x", "label=10", "label=", "label=3&label=4", "label=3@1,2,3", "label=3@1,2,3,4,5",
        "label=3@1,2,3,-4", "label=3@", "label=3@1,2,3,4&label=4", "label=3@1,2,3,99999999999"}) {
    INFO(query);
    CHECK(status(query, picture(0)) == 400);
  }
  CHECK(status("label=3@1,2,3,2000000000", picture(0)) == 422);  // the list could not be read
  CHECK(status("label=3", "no picture") == 415);
  CHECK(status("label=3", picture(0).substr(0, 50)) == 422);
  CHECK(status("label=3", "") == 415);
  CHECK(entries_in(folder.path()) == 0);
  CHECK(status("label=3", picture(0)) == 200);
}

TEST_CASE("a correction that cannot be written is an error, and leaves no picture", "[server]") {
  const TemporaryDirectory folder;
  Corrections corrections(folder.path());
  RunningServer server({.corrections = &corrections});
  fs::create_directories(folder / "labels.jsonl/in the way");
  const std::string answer = ask(server.port(), post("/api/correct?label=3", picture(0)));
  CHECK(status_of(answer) == 500);
  CHECK(body_of(answer).find("cannot be written") != std::string::npos);
  CHECK(entries_in(folder.path()) == 1);
  server.stop();
  CHECK(server.faults().find("labels.jsonl") != std::string::npos);
}

TEST_CASE("a review shows the doubtful first, and keeps each label at once", "[server]") {
  const TemporaryDirectory folder;
  fs::create_directories(folder / "b");
  for (const char* name : {"a.png", "b/c.png", "d.png"}) {
    write_file_atomically(folder / name, picture(static_cast<std::uint8_t>(name[0])));
  }
  std::ofstream(folder / "note.txt") << "not a picture";
  CHECK(app::serve::pictures_to_review(folder.path()).names ==
        std::vector<std::string>{"a.png", "b/c.png", "d.png"});
  {
    Review review(folder.path());
    review.show({{.name = "a.png", .digit = 3, .confidence = 0.9},
                 {.name = "b/c.png", .digit = 4, .confidence = 0.6},
                 {.name = "d.png", .confidence = 0, .reason = "blank"}});
    const RunningServer server({.review = &review});
    CHECK(status_of(ask(server.port(), get("/review.html"))) == 200);
    const std::string list = body_of(ask(server.port(), get("/api/review")));
    CHECK(list.find("d.png") < list.find("b/c.png"));
    CHECK(list.find("b/c.png") < list.find("a.png"));
    CHECK(body_of(ask(server.port(), get("/api/review/picture?index=0"))) == picture('d'));
    CHECK(status_of(ask(server.port(), post("/api/review/label?index=1&label=7", ""))) == 200);
    CHECK(status_of(ask(server.port(), post("/api/review/label?index=0&label=none", ""))) == 200);
    CHECK(read_text(folder / "labels.jsonl") ==
          "{\"path\":\"b/c.png\",\"label\":\"7\"}\n{\"path\":\"d.png\",\"label\":\"none\"}\n");
    CHECK(status_of(ask(server.port(), post("/api/review/label?index=0", ""))) == 200);
    CHECK(status_of(ask(server.port(), post("/api/review/label?index=3&label=7", ""))) == 404);
    CHECK(status_of(ask(server.port(), post("/api/review/label?index=x&label=7", ""))) == 400);
    CHECK(status_of(ask(server.port(), post("/api/review/label?index=0&label=7@1,2,3,4", ""))) ==
          400);
    CHECK(status_of(ask(server.port(), get("/api/review/picture?index=9"))) == 404);
    fs::remove(folder / "d.png");
    CHECK(status_of(ask(server.port(), get("/api/review/picture?index=0"))) == 500);
  }
  CHECK(read_text(folder / "labels.jsonl") == "{\"path\":\"b/c.png\",\"label\":\"7\"}\n");
}

TEST_CASE("a review leaves labels of parts of pictures alone", "[server]") {
  const TemporaryDirectory folder;
  std::ofstream(folder / "labels.jsonl") << R"({"path":"a.png","label":3,"box":[1,2,3,4]})"
                                            "\n"
                                         << R"({"path":"b.png","label":3})"
                                            "\n";
  Review review(folder.path());
  CHECK(review.show({{.name = "a.png"}, {.name = "b.png"}, {.name = "c.png"}}) == 2);
  CHECK(review.describe().find("a.png") == std::string::npos);
}

}  // namespace mnist::testing
