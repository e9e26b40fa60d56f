// What the query of a request says. Thread-safe. Throws BadBody for what cannot be understood, with
// the words for whoever sent it.
#pragma once

#include <cstddef>
#include <vector>

#include <httplib.h>

#include "serve/corrections.h"

namespace mnist::app::serve {

// "index=12": the number of a picture, of `count`.
std::size_t index_in(const httplib::Request& request, std::size_t count);

// "label=3" for a picture of one digit; "label=3@10,20,30,40&label=none@…" for some of several. One
// parameter each: httplib drops a parameter that is there twice.
std::vector<PlaceLabel> labels_in(const httplib::Request& request);

}  // namespace mnist::app::serve
