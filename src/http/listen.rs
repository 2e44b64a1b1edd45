//! A listener that holds a bounded number of connections (P-2).

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections one address may hold, where not only this machine connects.
pub const CONNECTIONS_PER_PEER_MAX: usize = 256;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Connected<IncomingStream<'_, BoundedListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, BoundedListener>) -> Peer {
        Peer(stream.remote_addr().ip())
    }
}

/// Takes connections as long as there are places; further ones wait in the system's backlog.
#[derive(Debug)]
pub struct BoundedListener {
    listener: TcpListener,
    places: Arc<Semaphore>,
    peers: Option<Peers>,
}

/// The connections of each address.
#[derive(Clone, Debug)]
struct Peers {
    per_peer_max: usize,
    /// Guards the counts; held for a look-up only.
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection of an address; its end frees the place.
#[derive(Debug)]
struct PeerPlace {
    peers: Peers,
    address: IpAddr,
}

impl Peers {
    /// A place, unless the address holds as many as it may.
    fn place(&self, address: IpAddr) -> Option<PeerPlace> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= self.per_peer_max {
            return None;
        }
        *count += 1;
        Some(PeerPlace { peers: self.clone(), address })
    }
}

impl Drop for PeerPlace {
    fn drop(&mut self) {
        let mut counts = self.peers.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

impl BoundedListener {
    /// At most `connections_max` connections of this listener at once, WebSockets included.
    pub fn new(listener: TcpListener, connections_max: usize) -> BoundedListener {
        BoundedListener { listener, places: Arc::new(Semaphore::new(connections_max)), peers: None }
    }

    /// At most so many connections of one address; further ones are closed at once.
    #[must_use]
    pub fn per_peer(self, per_peer_max: usize) -> BoundedListener {
        BoundedListener { peers: Some(Peers { per_peer_max, counts: Arc::default() }), ..self }
    }
}

impl Listener for BoundedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the places are never closed");
        let (stream, address, peer_place) = loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match self.peers.as_ref().map(|peers| peers.place(address.ip())) {
                None => break (stream, address, None),
                Some(Some(place)) => break (stream, address, Some(place)),
                Some(None) => tracing::debug!(peer = %address.ip(), "one connection too many of one address"),
            }
        };
        // Frames are written whole: waiting for more would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its default delay");
        }
        (Connection { stream, _place: place, _peer_place: peer_place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that holds a place.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    _peer_place: Option<PeerPlace>,
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    #[tokio::test]
    async fn p2_a_connection_too_many_waits_for_a_place() {
        let mut listener = BoundedListener::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), 1);
        let address = listener.local_addr().unwrap();
        let _clients = (TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap());
        let (first, _) = listener.accept().await;
        let mut second = pin!(listener.accept());
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        second.await;
    }

    #[tokio::test]
    async fn p2_one_address_holds_only_so_many_connections() {
        let listener = BoundedListener::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), 8);
        let mut listener = listener.per_peer(1);
        let address = listener.local_addr().unwrap();
        let _client = TcpStream::connect(address).await.unwrap();
        let (first, _) = listener.accept().await;
        let mut refused = TcpStream::connect(address).await.unwrap();
        let mut next = Box::pin(listener.accept());
        let mut byte = [0];
        // The one too many is closed while the listener goes on waiting.
        tokio::select! {
            read = tokio::io::AsyncReadExt::read(&mut refused, &mut byte) => assert_eq!(read.unwrap_or(0), 0),
            _ = &mut next => panic!("one too many was let in"),
        }
        drop(first);
        let _another = TcpStream::connect(address).await.unwrap();
        next.await;
    }
}
