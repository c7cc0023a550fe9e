/** How servers compare text: which values a collation calls equal, and in which order it puts them. */
package com.workersql.router.collation;
