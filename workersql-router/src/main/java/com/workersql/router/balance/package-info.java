/** Which of a shard's servers a statement goes to: primary or replica, by freshness, health and load. */
package com.workersql.router.balance;
