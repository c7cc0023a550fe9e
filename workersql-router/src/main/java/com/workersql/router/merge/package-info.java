/** How the replies of several shards become one. */
package com.workersql.router.merge;
