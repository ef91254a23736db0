// SPDX-License-Identifier: Apache-2.0
/** The content store: blobs in plain files, what is known of them in an embedded index. */
@NullMarked
package org.peeredge.dts.store;

import org.jspecify.annotations.NullMarked;
