// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

/** What the runtime needs of the connections. Called on the engine's loop. */
public interface Links extends Egress.Outlet, Ingress.Gate {}
