#include "mnist/digit/prediction.h"

namespace mnist {

const char* to_string(Rejection rejection) {
  switch (rejection) {
    case Rejection::kBlank:
      return "blank";
    case Rejection::kNotADigit:
      return "not-a-digit";
    case Rejection::kSeveralDigits:
      return "several-digits";
    case Rejection::kUnsure:
      return "unsure";
  }
  return "unknown";
}

}  // namespace mnist
