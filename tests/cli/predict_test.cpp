#include <algorithm>
#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "mnist/image/decode.h"
#include "mnist/image/encode.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kFormats(kImageFormats);

Outcome predict(std::vector<std::string> more, const std::string& input = "") {
  std::vector<std::string> arguments = {"--model", small_run().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program("mnist-predict", arguments, {.input = input});
}

std::vector<std::string> with_pictures(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), pictures().begin(), pictures().end());
  return arguments;
}

std::string white_page(const TemporaryDirectory& folder) {
  Image image{.width = 60, .height = 80, .format = PixelFormat::kGrey, .pixels = {}};
  image.pixels.assign(image.pixel_count(), 255);
  const auto png = encode_png(image);
  const fs::path file = folder / "white.png";
  write_text(file, std::string(png.begin(), png.end()));
  return file.string();
}

}  // namespace

TEST_CASE("each picture is one line of path, digit and confidence, in order", "[predict]") {
  const Outcome outcome = predict(with_pictures({"--no-reject"}));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 10);
  int right = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::istringstream fields(lines[i]);
    std::string path;
    int digit = -1;
    double confidence = -1;
    std::getline(fields, path, '\t');
    fields >> digit >> confidence;
    CHECK(path == pictures()[i]);
    CHECK((confidence > 0 && confidence <= 1));
    right += digit == static_cast<int>(i) ? 1 : 0;
  }
  CHECK(right >= 8);  // the network was trained for a few seconds, on 1800 images
}

TEST_CASE("the shipped model is the default, and reads every drawn digit", "[predict]") {
  std::vector<std::string> arguments = {"--format", "%d"};
  arguments.insert(arguments.end(), pictures().begin(), pictures().end());
  const Outcome outcome = run_program("mnist-predict", arguments);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

TEST_CASE("digits are read on ruled paper, in shadows, in pencil, in chalk and so on",
          "[predict]") {
  const TemporaryDirectory folder;
  REQUIRE(run_program("mnist-generate", {"--pictures", "--scenes", "--count", "180", "--seed", "3",
                                         "--out", folder.path().string()})
              .exit_code == 0);
  const Outcome outcome =
      run_program("mnist-eval", {"--images", folder.path().string(), "--format", "json"});
  REQUIRE(outcome.exit_code == 0);
  const json report = json::parse(outcome.out);
  CHECK(report["accuracy"] >= 0.95);
  CHECK(report["per_source"].size() == 18);
  for (const json& scene : report["per_source"]) {
    INFO(scene.dump());
    CHECK(scene["accuracy"] >= 0.8);
  }
}

TEST_CASE("cut -f2 gives just the digits", "[predict]") {
  const Outcome outcome =
      run_shell("mnist-predict -v --model " + small_run().string() + " --no-reject " +
                pictures()[0] + " " + pictures()[1] + " | cut -f2");
  CHECK(outcome.exit_code == 0);
  for (const std::string& line : lines_of(outcome.out)) CHECK(line.size() == 1);
  CHECK(lines_of(outcome.out).size() == 2);
}

TEST_CASE("JSON lines carry status and ten probabilities", "[predict]") {
  const Outcome outcome = predict(with_pictures({"--jsonl"}));
  for (const std::string& line : lines_of(outcome.out)) {
    const json object = json::parse(line);
    CHECK(object["probabilities"].size() == 10);
    CHECK((object["status"] == "digit" || object["status"] == "rejected"));
  }
}

TEST_CASE("one picture can come on stdin", "[predict]") {
  const Outcome named = predict({"--format", "%d %c", pictures()[0]});
  const Outcome piped = predict({"--format", "%d %c", "-"}, read_text(pictures()[0]));
  CHECK(piped.exit_code == 0);
  CHECK(piped.out == named.out);
}

TEST_CASE("paths can come on stdin, ended by newline or NUL", "[predict]") {
  std::string newline_list;
  std::string null_list;
  for (const std::string& path : pictures()) {
    newline_list += path + "\n";
    null_list += path + '\0';
  }
  const Outcome expected = predict(with_pictures({}));
  CHECK(predict({"--files-from", "-"}, newline_list).out == expected.out);
  CHECK(predict({"--files-from", "-", "-0"}, null_list).out == expected.out);
  const std::string folder = fs::path(pictures()[0]).parent_path().string();
  CHECK(predict({"-r", folder}).out == expected.out);
}

TEST_CASE("a list of paths that cannot be read as one is an error, not the end of it",
          "[predict]") {
  const std::string with_nul = pictures()[0] + '\0' + pictures()[1] + '\0';
  const Outcome outcome = predict({"--files-from", "-"}, with_nul);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "mnist-predict: --files-from -: its paths end in NUL: add -0\n");
  const Outcome endless = predict({"--files-from", "-"}, std::string(100'000, 'x'));
  CHECK(endless.exit_code == 2);
  CHECK(endless.err.find("contains a path of more than 65536 bytes") != std::string::npos);
  for (const char* input : {"--files-from - < /", "--files-from - <&-", "- < /", "- <&-"}) {
    INFO(input);
    const Outcome nothing = run_shell("mnist-predict --csv " + std::string(input));
    CHECK(nothing.exit_code == 2);
    CHECK(nothing.out.empty());
    CHECK(nothing.err.starts_with("mnist-predict: stdin: cannot be read: "));
  }
}

TEST_CASE("an empty value, as of an unset variable, is not the default", "[predict]") {
  CHECK(run_program("mnist-predict", {"--model", "", pictures()[0]}).err ==
        "mnist-predict: --model is empty\n");
  CHECK(predict({"--dump-input=", pictures()[0]}).exit_code == 2);
  CHECK(predict({pictures()[0], ""}).err == "mnist-predict: a path is empty\n");
}

TEST_CASE("in a list of paths, - is a file of that name", "[predict]") {
  const Outcome outcome = predict({"--files-from", "-"}, "-\n" + pictures()[0] + "\n");
  CHECK(outcome.exit_code == 2);
  REQUIRE(lines_of(outcome.err).size() == 1);
  CHECK(outcome.err.find("./-: ") != std::string::npos);
  CHECK(outcome.out.find(pictures()[0]) != std::string::npos);
}

TEST_CASE("a white page is rejected as blank", "[predict]") {
  const TemporaryDirectory folder;
  const std::string page = white_page(folder);
  const Outcome text = predict({page});
  CHECK(text.exit_code == 0);
  CHECK(text.out.starts_with(page + "\t?\t"));
  const json object = json::parse(predict({"--jsonl", page}).out);
  CHECK(object["status"] == "rejected");
  CHECK(object["digit"].is_null());
  CHECK(object["reason"] == "blank");
  CHECK(predict({"--fail-on-reject", page}).exit_code == 1);
}

TEST_CASE("every page of a TIFF has a line of its own, and can be asked for alone", "[predict]") {
  const auto formats = supported_image_formats();
  if (std::ranges::find(formats, "TIFF") == formats.end()) return;
  const TemporaryDirectory folder;
  const std::string scan = (folder / "scan.tif").string();
  write_text(scan, tiff_of({3, 8, 5}));
  const Outcome outcome = predict({"--no-reject", scan});
  REQUIRE(outcome.exit_code == 0);
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(lines[i].starts_with(scan + '#' + std::to_string(i + 1) + '\t'));
  }
  const Outcome second = predict({"--no-reject", scan + "#2"});
  REQUIRE(second.exit_code == 0);
  CHECK(second.out == lines[1] + '\n');
  const Outcome none = predict({scan + "#4"});
  CHECK(none.exit_code == 2);
  CHECK(lines_of(none.err).size() == 1);
  write_text(folder / "one.tif", tiff_of({3}));
  CHECK(predict({"--no-reject", (folder / "one.tif").string()}).out.find('#') == std::string::npos);
}

TEST_CASE("--explain and --review-to write pictures for people", "[predict]") {
  const TemporaryDirectory folder;
  const fs::path explained = folder / "explained";
  const fs::path review = folder / "review";
  const Outcome outcome =
      predict(with_pictures({"--explain", explained.string(), "--review-to", review.string(),
                             "--reject-below", "1", white_page(folder)}));
  REQUIRE(outcome.exit_code == 0);
  const auto files = [](const fs::path& of) {
    return std::distance(fs::directory_iterator(of), fs::directory_iterator());
  };
  CHECK(files(explained) == 11);
  CHECK(fs::exists(explained / "000001-white.png"));
  CHECK(files(review) == 11);  // all of them unsure, one blank
  CHECK(fs::exists(review / "000001-white-blank.png"));
}

TEST_CASE("a picture of several digits is rejected as such, with word of --all", "[predict]") {
  const TemporaryDirectory folder;
  const std::string page = (folder / "42.png").string();
  write_text(page, png_of_42());
  const Outcome one = predict({"--jsonl", page, pictures()[0]});
  CHECK(json::parse(lines_of(one.out)[0])["reason"] == "several-digits");
  CHECK(one.err == "rejected 1 picture as several-digits: --all reads what is in it\n");
  CHECK(predict({"-q", page}).err.empty());
  const Outcome all = predict({"--all", page, page});
  CHECK(lines_of(all.out).size() == 2);
  CHECK(all.err.empty());
}

TEST_CASE("a bad file among good ones is reported, the rest is read, the exit code is 2",
          "[predict]") {
  const TemporaryDirectory folder;
  const std::string text_file = (folder / "notes.txt").string();
  const std::string truncated = (folder / "cut.png").string();
  write_text(text_file, "hello\n");
  write_text(truncated, read_text(pictures()[1]).substr(0, 200));
  const Outcome outcome = predict(
      {pictures()[0], text_file, truncated, folder.path().string(), "/no/such.png", pictures()[2]});
  CHECK(outcome.exit_code == 2);
  CHECK(lines_of(outcome.out).size() == 2);
  const auto errors = lines_of(outcome.err);
  REQUIRE(errors.size() == 4);
  CHECK(errors[0] == "mnist-predict: " + text_file + ": not a " + kFormats + " image");
  CHECK(errors[1].starts_with("mnist-predict: " + truncated + ": "));
  CHECK(errors[2].starts_with("mnist-predict: " + folder.path().string() + ": "));
  CHECK(errors[3].starts_with("mnist-predict: /no/such.png: "));
  const Outcome as_json = predict({"--jsonl", text_file});
  CHECK(as_json.exit_code == 2);
  CHECK(json::parse(as_json.out)["status"] == "error");
}

TEST_CASE("-r leaves out what does not begin like a picture and says how much that was",
          "[predict]") {
  const TemporaryDirectory folder;
  const auto make = [&](const std::string& name, const std::string& text) {
    write_text(folder / name, text);
    return (folder / name).string();
  };
  const std::string good = make("a.png", read_text(pictures()[1]));
  const std::string notes = make("b.txt", "hello\n");
  make("c.png", "");
  make("d.TXT", "");
  make("e", "");
  const Outcome outcome = predict({"-r", folder.path().string()});
  CHECK(outcome.exit_code == 0);
  CHECK(lines_of(outcome.out).size() == 1);
  CHECK(outcome.err ==
        "skipped 4 files, not " + kFormats + ": 2 .txt, 1 without an ending, 1 .png\n");
  CHECK(predict({"-r", "-q", folder.path().string()}).err.empty());

  const std::string cut = make("d.png", read_text(pictures()[1]).substr(0, 200));
  const Outcome with_errors = predict({"-r", folder.path().string(), notes});
  CHECK(with_errors.exit_code == 2);
  CHECK(lines_of(with_errors.out).size() == 1);
  const auto errors = lines_of(with_errors.err);
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].starts_with("mnist-predict: " + cut + ": "));
  CHECK(errors[1] == "mnist-predict: " + notes + ": not a " + kFormats + " image");
}

TEST_CASE("a folder in which -r finds no picture is an error, the rest is read", "[predict]") {
  const TemporaryDirectory folder;
  const fs::path empty = folder / "empty";
  fs::create_directories(empty / "emptier");
  const std::string message =
      "mnist-predict: " + empty.string() + ": no " + kFormats + " image in this folder\n";
  const Outcome alone = predict({"-r", empty.string()});
  CHECK(alone.exit_code == 2);
  CHECK(alone.out.empty());
  CHECK(alone.err == message);
  write_text(empty / "emptier" / "notes.txt", "hello\n");
  const Outcome among_others = predict({"-r", pictures()[0], empty.string(), pictures()[1]});
  CHECK(among_others.exit_code == 2);
  CHECK(lines_of(among_others.out).size() == 2);
  CHECK(among_others.err == message + "skipped 1 file, not " + kFormats + ": 1 .txt\n");
}

TEST_CASE("a folder that is no run's is told so, and what was looked for", "[predict]") {
  const TemporaryDirectory folder;
  const Outcome outcome =
      run_program("mnist-predict", {"--model", folder.path().string(), pictures()[0]});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "mnist-predict: " + folder.path().string() +
                           ": not a training run: there is no best.safetensors in it\n");
}

TEST_CASE("a folder that cannot be read is reported, the rest of the tree is read",
          "[predict][needs-user]") {
  const TemporaryDirectory folder;
  fs::permissions(folder.path(), fs::perms(0755));
  fs::create_directories(folder / "b-closed");
  for (const char* name : {"a.pgm", "c.pgm"}) write_text(folder / name, "P2 1 1 255 255\n");
  fs::permissions(folder / "b-closed", fs::perms::none);
  const std::string bound = geteuid() == 0 ? "setpriv --reuid=65534 --clear-groups " : "";
  if (run_shell(bound + "mnist-predict --version").exit_code != 0) {
    skip("file permissions do not bind this user");
  }
  const Outcome outcome = run_shell(bound + "mnist-predict -r " + folder.path().string());
  fs::permissions(folder / "b-closed", fs::perms::owner_all);
  CHECK(outcome.exit_code == 2);
  CHECK(lines_of(outcome.out).size() == 2);
  CHECK(outcome.err == "mnist-predict: " + (folder / "b-closed").string() +
                           ": cannot read the folder: permission denied\n");
}

TEST_CASE("a reader that leaves early is not an error", "[predict]") {
  const std::string folder = fs::path(pictures()[0]).parent_path().string();
  const Outcome outcome = run_shell("set -e; (mnist-predict --model " + small_run().string() +
                                    " -r " + folder + "; echo $? >&2) | head -1");
  CHECK(lines_of(outcome.out).size() == 1);
  CHECK(outcome.err == "0\n");
  // Also if it happens between two flushes.
  std::string list;
  for (int i = 0; i < 1000; ++i) list += pictures()[0] + "\n";
  const Outcome longer =
      run_shell("(mnist-predict --jsonl --files-from -; echo $? >&2) | head -1", {.input = list});
  CHECK(longer.err == "0\n");
}

TEST_CASE("--dump-input writes the 28x28 that the network saw", "[predict]") {
  const TemporaryDirectory folder;
  const fs::path dump = folder / "seen";
  CHECK(predict({"--dump-input", dump.string(), pictures()[3]}).exit_code == 0);
  const fs::path file = dump / ("000001-" + fs::path(pictures()[3]).stem().string() + ".png");
  REQUIRE(fs::exists(file));
  // The dump has MNIST's form already: read again, it must give the same answer.
  CHECK(predict({"--format", "%d", file.string()}).out ==
        predict({"--format", "%d", pictures()[3]}).out);
}

TEST_CASE("usage errors are one line and exit code 2", "[predict]") {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--jsonl", "--csv", "a.png"},
                                             {"--no-such-flag"},
                                             {"--format", "%z", "a.png"},
                                             {"--topk", "11", "a.png"},
                                             {"-0", "a.png"},
                                             {"--files-from", "/no/such/list"},
                                             {"--topk", "2", "--format", "%d", "a.png"},
                                             {"--topk", "2", "--all", "a.png"}}) {
    const Outcome outcome = run_program("mnist-predict", arguments);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(lines_of(outcome.err).size() == 1);
    const bool names_flag =
        arguments.empty() || outcome.err.find(arguments[0]) != std::string::npos;
    CHECK((names_flag || arguments[0] == "--format"));
  }
}

TEST_CASE("--help and --version print to stdout and succeed", "[predict]") {
  const Outcome help = run_program("mnist-predict", {"--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.err.empty());
  CHECK(help.out.find("Examples:") != std::string::npos);
  const Outcome version = run_program("mnist-predict", {"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.out.find("LibTorch") != std::string::npos);
  CHECK(version.out.find("pictures: PNG, JPEG, PNM, BMP, GIF") != std::string::npos);
}

}  // namespace mnist::testing
