/** From what is known of a statement, a policy and values to a plan. */
package com.workersql.router.internal.plan;
