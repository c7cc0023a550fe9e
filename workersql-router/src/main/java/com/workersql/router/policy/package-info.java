/** Where things live: the policy document, tenants, table rules, slots, key forms and hash functions. */
package com.workersql.router.policy;
