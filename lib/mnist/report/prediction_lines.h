// One picture's result as output: the lines of mnist-predict and the answer of mnist-serve. Every
// layout is specified in docs/formats.md.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/digit/prediction.h"

namespace mnist {

// One of several digits in a picture, or a sign between them.
struct LocatedPrediction {
  Prediction prediction{};  // empty for signs
  Box box{};
  int row = 0;  // counted from 0 at the top
  FindKind kind = FindKind::kDigit;
};

// All digits of a picture, rows top to bottom, each left to right. None: a blank picture.
struct PagePrediction {
  std::vector<LocatedPrediction> digits{};  // with `with_signs`, also the signs between them
  std::vector<LocatedPrediction> signs{};
  bool with_signs = false;  // rows are then joined by a space, since '-' is a sign itself
};

// What is shown of a page: every digit that was accepted as one, or is unsure or unreadable, and
// the points, commas, slashes and hyphens, with `with_signs` in their places; no other writing.
PagePrediction page_prediction(const Page& page, bool with_signs = false);

// The picture could not be read.
struct ReadFailure {
  std::string reason;  // without the path
};

struct PredictionRecord {
  std::string path;  // as the user gave it; any bytes
  std::variant<Prediction, PagePrediction, ReadFailure> outcome;
};

enum class PredictionStatus { kDigit, kRejected, kError };

// A page is kDigit if it has digits and all of them are accepted.
PredictionStatus status_of(const PredictionRecord& record);
// "digit", "rejected", "error".
const char* to_string(PredictionStatus status);

// The digit, or "?" if it is rejected; a page's digits, rows joined by "-", or with signs by " ";
// empty for an error.
std::string digit_text(const PredictionRecord& record);

// The object of --jsonl, on one line, without the newline. Always valid JSON: in a path that is not
// valid UTF-8, each invalid byte sequence becomes U+FFFD, and `path_base64` has the original bytes.
// `topk` as in PredictionFormat. Thread-safe.
std::string prediction_json(const PredictionRecord& record, int topk = 0);

struct PredictionFormat {
  enum class Layout { kTsv, kJsonl, kJson, kCsv, kCustom };
  Layout layout = Layout::kTsv;
  // Of kCustom. Fields: %p path, %d digit, %c confidence, %s status, %% percent sign; escapes: \t,
  // \n and \\. A newline is added unless it ends in one.
  std::string custom{};
  int topk = 0;        // adds this many of the most probable classes, 0 to 10
  bool all = false;    // records are pages (--all): CSV has other columns for them
  bool signs = false;  // for pages: also their signs (--signs)
};

// Turns records into output, in order: begin(), every record(), end(). Keeps no records, however
// many there are. Not thread-safe.
class PredictionFormatter {
 public:
  // Throws Error{kUsage}: an unknown field or escape in `custom`; `topk` out of range, or with a
  // layout that cannot show it (kCustom, kTsv of pages).
  explicit PredictionFormatter(PredictionFormat format);

  std::string begin() const;
  // Empty in kTsv and kCustom for pictures that could not be read: those go to stderr.
  std::string record(const PredictionRecord& record);
  std::string end() const;

 private:
  PredictionFormat format_;
  bool first_ = true;
};

}  // namespace mnist
