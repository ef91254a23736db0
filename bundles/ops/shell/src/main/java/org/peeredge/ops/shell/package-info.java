// SPDX-License-Identifier: Apache-2.0
/** The operator's commands in Karaf's shell. */
@NullMarked
package org.peeredge.ops.shell;

import org.jspecify.annotations.NullMarked;
