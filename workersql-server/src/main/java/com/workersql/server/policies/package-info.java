/** The versions of the routing policy that were in force, and the way back to one of them. */
package com.workersql.server.policies;
