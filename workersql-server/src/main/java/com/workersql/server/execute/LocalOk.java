// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

/**
 * An OK that the gateway answers itself.
 *
 * @param statusFlags the status flags as the session's server would have them
 */
public record LocalOk(int statusFlags) {}
