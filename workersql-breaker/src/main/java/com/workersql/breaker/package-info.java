// SPDX-License-Identifier: Apache-2.0
/**
 * The circuit breaker: a state machine that decides from past outcomes whether to call now.
 *
 * <p>Nothing here does I/O, starts a thread or reads a clock of its own: time and randomness are handed in, so that
 * every state can be reached in a test without waiting. All types are safe for use by any number of threads; nothing
 * blocks, and the path through a closed breaker allocates nothing.
 */
package com.workersql.breaker;
