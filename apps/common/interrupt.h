// Ctrl-C and SIGTERM, polled between steps instead of killing the process in the middle of one.
#pragma once

namespace mnist::app {

// From now on SIGINT and SIGTERM set a flag; a second one ends the process at once.
void catch_interrupts();

// Whether one has arrived.
bool interrupted();

}  // namespace mnist::app
