// Parses the query of a request. Thread-safe. Throws BadBody for what cannot be understood, with a
// message for the sender.
#pragma once

#include <cstddef>
#include <vector>

#include <httplib.h>

#include "serve/corrections.h"

namespace mnist::app::serve {

// "index=12": the number of a picture, of `count`.
std::size_t index_in(const httplib::Request& request, std::size_t count);

// "label=3" for a picture of one digit; "label=3@10,20,30,40&label=none@…" for some of several. One
// parameter for all: httplib drops a repeated parameter.
std::vector<PlaceLabel> labels_in(const httplib::Request& request);

}  // namespace mnist::app::serve
