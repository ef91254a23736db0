// SPDX-License-Identifier: Apache-2.0
/** The engine: fetches, serves and tracks content with other members. */
@NullMarked
package org.peeredge.dts.engine;

import org.jspecify.annotations.NullMarked;
