/* SPDX-License-Identifier: BSD-2-Clause */
/* EchoServer.java - a Java server that sees its clients through TOA: nothing
 * to be done, Java listens on :: and shows IPv4 clients unmapped.
 *
 *	java EchoServer.java [PORT]
 */
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

public class EchoServer {
    private static final int PORT_DEFAULT = 10000;
    private static final int BUFFER_BYTES = 1024;

    private static void echo(Socket client) {
        byte[] buffer = new byte[BUFFER_BYTES];

        try (client) {
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : PORT_DEFAULT;

        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress("::", port));
            System.out.println("Server is listening on port " + port);
            while (true) {
                Socket client = server.accept();
                System.out.println("New client connected: "
                        + client.getRemoteSocketAddress());
                new Thread(() -> echo(client)).start();
            }
        }
    }
}
