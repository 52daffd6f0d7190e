// Turns what the processor and the compiler's checks find wrong in a kernel into the failure of its launch.
#ifndef FAULTS_H
#define FAULTS_H

namespace emulated {

// Handles access violations of kernels on this thread of the host; those of other code go to whoever handled them before.
void catch_faults_of_thread();

}
#endif
