/** Keeps tenants apart that share tables: their predicate is added to every table that a statement names. */
package com.workersql.router.internal.rows;
