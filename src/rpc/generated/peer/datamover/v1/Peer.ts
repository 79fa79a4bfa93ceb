// Original file: proto/datamover/v1/peer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AbortReply as _datamover_v1_AbortReply, AbortReply__Output as _datamover_v1_AbortReply__Output } from '../../datamover/v1/AbortReply.js';
import type { Ack as _datamover_v1_Ack, Ack__Output as _datamover_v1_Ack__Output } from '../../datamover/v1/Ack.js';
import type { Batch as _datamover_v1_Batch, Batch__Output as _datamover_v1_Batch__Output } from '../../datamover/v1/Batch.js';
import type { BeginReply as _datamover_v1_BeginReply, BeginReply__Output as _datamover_v1_BeginReply__Output } from '../../datamover/v1/BeginReply.js';
import type { BookmarkReply as _datamover_v1_BookmarkReply, BookmarkReply__Output as _datamover_v1_BookmarkReply__Output } from '../../datamover/v1/BookmarkReply.js';
import type { BookmarkRequest as _datamover_v1_BookmarkRequest, BookmarkRequest__Output as _datamover_v1_BookmarkRequest__Output } from '../../datamover/v1/BookmarkRequest.js';
import type { ChangesRequest as _datamover_v1_ChangesRequest, ChangesRequest__Output as _datamover_v1_ChangesRequest__Output } from '../../datamover/v1/ChangesRequest.js';
import type { Chunk as _datamover_v1_Chunk, Chunk__Output as _datamover_v1_Chunk__Output } from '../../datamover/v1/Chunk.js';
import type { CommitEvent as _datamover_v1_CommitEvent, CommitEvent__Output as _datamover_v1_CommitEvent__Output } from '../../datamover/v1/CommitEvent.js';
import type { CommitRequest as _datamover_v1_CommitRequest, CommitRequest__Output as _datamover_v1_CommitRequest__Output } from '../../datamover/v1/CommitRequest.js';
import type { CreateDatasetEvent as _datamover_v1_CreateDatasetEvent, CreateDatasetEvent__Output as _datamover_v1_CreateDatasetEvent__Output } from '../../datamover/v1/CreateDatasetEvent.js';
import type { CreateDatasetRequest as _datamover_v1_CreateDatasetRequest, CreateDatasetRequest__Output as _datamover_v1_CreateDatasetRequest__Output } from '../../datamover/v1/CreateDatasetRequest.js';
import type { Dataset as _datamover_v1_Dataset, Dataset__Output as _datamover_v1_Dataset__Output } from '../../datamover/v1/Dataset.js';
import type { DatasetPreview as _datamover_v1_DatasetPreview, DatasetPreview__Output as _datamover_v1_DatasetPreview__Output } from '../../datamover/v1/DatasetPreview.js';
import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from '../../datamover/v1/DatasetRef.js';
import type { DetailsRequest as _datamover_v1_DetailsRequest, DetailsRequest__Output as _datamover_v1_DetailsRequest__Output } from '../../datamover/v1/DetailsRequest.js';
import type { DirectoryPage as _datamover_v1_DirectoryPage, DirectoryPage__Output as _datamover_v1_DirectoryPage__Output } from '../../datamover/v1/DirectoryPage.js';
import type { EntryDetails as _datamover_v1_EntryDetails, EntryDetails__Output as _datamover_v1_EntryDetails__Output } from '../../datamover/v1/EntryDetails.js';
import type { ExpireEvent as _datamover_v1_ExpireEvent, ExpireEvent__Output as _datamover_v1_ExpireEvent__Output } from '../../datamover/v1/ExpireEvent.js';
import type { ExpireRequest as _datamover_v1_ExpireRequest, ExpireRequest__Output as _datamover_v1_ExpireRequest__Output } from '../../datamover/v1/ExpireRequest.js';
import type { FeedbackReply as _datamover_v1_FeedbackReply, FeedbackReply__Output as _datamover_v1_FeedbackReply__Output } from '../../datamover/v1/FeedbackReply.js';
import type { FeedbackRequest as _datamover_v1_FeedbackRequest, FeedbackRequest__Output as _datamover_v1_FeedbackRequest__Output } from '../../datamover/v1/FeedbackRequest.js';
import type { HelloReply as _datamover_v1_HelloReply, HelloReply__Output as _datamover_v1_HelloReply__Output } from '../../datamover/v1/HelloReply.js';
import type { HelloRequest as _datamover_v1_HelloRequest, HelloRequest__Output as _datamover_v1_HelloRequest__Output } from '../../datamover/v1/HelloRequest.js';
import type { HoldReply as _datamover_v1_HoldReply, HoldReply__Output as _datamover_v1_HoldReply__Output } from '../../datamover/v1/HoldReply.js';
import type { HoldRequest as _datamover_v1_HoldRequest, HoldRequest__Output as _datamover_v1_HoldRequest__Output } from '../../datamover/v1/HoldRequest.js';
import type { InspectTargetRequest as _datamover_v1_InspectTargetRequest, InspectTargetRequest__Output as _datamover_v1_InspectTargetRequest__Output } from '../../datamover/v1/InspectTargetRequest.js';
import type { ListDatasetsRequest as _datamover_v1_ListDatasetsRequest, ListDatasetsRequest__Output as _datamover_v1_ListDatasetsRequest__Output } from '../../datamover/v1/ListDatasetsRequest.js';
import type { ListDirectoryRequest as _datamover_v1_ListDirectoryRequest, ListDirectoryRequest__Output as _datamover_v1_ListDirectoryRequest__Output } from '../../datamover/v1/ListDirectoryRequest.js';
import type { LookupReply as _datamover_v1_LookupReply, LookupReply__Output as _datamover_v1_LookupReply__Output } from '../../datamover/v1/LookupReply.js';
import type { LookupRequest as _datamover_v1_LookupRequest, LookupRequest__Output as _datamover_v1_LookupRequest__Output } from '../../datamover/v1/LookupRequest.js';
import type { Offer as _datamover_v1_Offer, Offer__Output as _datamover_v1_Offer__Output } from '../../datamover/v1/Offer.js';
import type { PreviewDatasetRequest as _datamover_v1_PreviewDatasetRequest, PreviewDatasetRequest__Output as _datamover_v1_PreviewDatasetRequest__Output } from '../../datamover/v1/PreviewDatasetRequest.js';
import type { ReadRequest as _datamover_v1_ReadRequest, ReadRequest__Output as _datamover_v1_ReadRequest__Output } from '../../datamover/v1/ReadRequest.js';
import type { ReleaseReply as _datamover_v1_ReleaseReply, ReleaseReply__Output as _datamover_v1_ReleaseReply__Output } from '../../datamover/v1/ReleaseReply.js';
import type { ReleaseRequest as _datamover_v1_ReleaseRequest, ReleaseRequest__Output as _datamover_v1_ReleaseRequest__Output } from '../../datamover/v1/ReleaseRequest.js';
import type { RunCopyEvent as _datamover_v1_RunCopyEvent, RunCopyEvent__Output as _datamover_v1_RunCopyEvent__Output } from '../../datamover/v1/RunCopyEvent.js';
import type { RunCopyRequest as _datamover_v1_RunCopyRequest, RunCopyRequest__Output as _datamover_v1_RunCopyRequest__Output } from '../../datamover/v1/RunCopyRequest.js';
import type { SessionRef as _datamover_v1_SessionRef, SessionRef__Output as _datamover_v1_SessionRef__Output } from '../../datamover/v1/SessionRef.js';
import type { TargetState as _datamover_v1_TargetState, TargetState__Output as _datamover_v1_TargetState__Output } from '../../datamover/v1/TargetState.js';
import type { TicketReply as _datamover_v1_TicketReply, TicketReply__Output as _datamover_v1_TicketReply__Output } from '../../datamover/v1/TicketReply.js';
import type { TicketRequest as _datamover_v1_TicketRequest, TicketRequest__Output as _datamover_v1_TicketRequest__Output } from '../../datamover/v1/TicketRequest.js';
import type { VerifyEvent as _datamover_v1_VerifyEvent, VerifyEvent__Output as _datamover_v1_VerifyEvent__Output } from '../../datamover/v1/VerifyEvent.js';
import type { WriteRequest as _datamover_v1_WriteRequest, WriteRequest__Output as _datamover_v1_WriteRequest__Output } from '../../datamover/v1/WriteRequest.js';

export interface PeerClient extends grpc.Client {
  Abort(argument: _datamover_v1_SessionRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  Abort(argument: _datamover_v1_SessionRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  Abort(argument: _datamover_v1_SessionRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  Abort(argument: _datamover_v1_SessionRef, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  abort(argument: _datamover_v1_SessionRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  abort(argument: _datamover_v1_SessionRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  abort(argument: _datamover_v1_SessionRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  abort(argument: _datamover_v1_SessionRef, callback: grpc.requestCallback<_datamover_v1_AbortReply__Output>): grpc.ClientUnaryCall;
  
  Begin(argument: _datamover_v1_Offer, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  Begin(argument: _datamover_v1_Offer, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  Begin(argument: _datamover_v1_Offer, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  Begin(argument: _datamover_v1_Offer, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  begin(argument: _datamover_v1_Offer, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  begin(argument: _datamover_v1_Offer, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  begin(argument: _datamover_v1_Offer, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  begin(argument: _datamover_v1_Offer, callback: grpc.requestCallback<_datamover_v1_BeginReply__Output>): grpc.ClientUnaryCall;
  
  Changes(argument: _datamover_v1_ChangesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Batch__Output>;
  Changes(argument: _datamover_v1_ChangesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Batch__Output>;
  changes(argument: _datamover_v1_ChangesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Batch__Output>;
  changes(argument: _datamover_v1_ChangesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Batch__Output>;
  
  Commit(argument: _datamover_v1_CommitRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CommitEvent__Output>;
  Commit(argument: _datamover_v1_CommitRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CommitEvent__Output>;
  commit(argument: _datamover_v1_CommitRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CommitEvent__Output>;
  commit(argument: _datamover_v1_CommitRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CommitEvent__Output>;
  
  CreateDataset(argument: _datamover_v1_CreateDatasetRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CreateDatasetEvent__Output>;
  CreateDataset(argument: _datamover_v1_CreateDatasetRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CreateDatasetEvent__Output>;
  createDataset(argument: _datamover_v1_CreateDatasetRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CreateDatasetEvent__Output>;
  createDataset(argument: _datamover_v1_CreateDatasetRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_CreateDatasetEvent__Output>;
  
  Details(argument: _datamover_v1_DetailsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  Details(argument: _datamover_v1_DetailsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  Details(argument: _datamover_v1_DetailsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  Details(argument: _datamover_v1_DetailsRequest, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  details(argument: _datamover_v1_DetailsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  details(argument: _datamover_v1_DetailsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  details(argument: _datamover_v1_DetailsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  details(argument: _datamover_v1_DetailsRequest, callback: grpc.requestCallback<_datamover_v1_EntryDetails__Output>): grpc.ClientUnaryCall;
  
  ExpireDatasets(argument: _datamover_v1_ExpireRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_ExpireEvent__Output>;
  ExpireDatasets(argument: _datamover_v1_ExpireRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_ExpireEvent__Output>;
  expireDatasets(argument: _datamover_v1_ExpireRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_ExpireEvent__Output>;
  expireDatasets(argument: _datamover_v1_ExpireRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_ExpireEvent__Output>;
  
  Feedback(argument: _datamover_v1_FeedbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  Feedback(argument: _datamover_v1_FeedbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  Feedback(argument: _datamover_v1_FeedbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  Feedback(argument: _datamover_v1_FeedbackRequest, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  feedback(argument: _datamover_v1_FeedbackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  feedback(argument: _datamover_v1_FeedbackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  feedback(argument: _datamover_v1_FeedbackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  feedback(argument: _datamover_v1_FeedbackRequest, callback: grpc.requestCallback<_datamover_v1_FeedbackReply__Output>): grpc.ClientUnaryCall;
  
  FindBookmark(argument: _datamover_v1_BookmarkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  FindBookmark(argument: _datamover_v1_BookmarkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  FindBookmark(argument: _datamover_v1_BookmarkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  FindBookmark(argument: _datamover_v1_BookmarkRequest, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  findBookmark(argument: _datamover_v1_BookmarkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  findBookmark(argument: _datamover_v1_BookmarkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  findBookmark(argument: _datamover_v1_BookmarkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  findBookmark(argument: _datamover_v1_BookmarkRequest, callback: grpc.requestCallback<_datamover_v1_BookmarkReply__Output>): grpc.ClientUnaryCall;
  
  GetDataset(argument: _datamover_v1_DatasetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  GetDataset(argument: _datamover_v1_DatasetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  GetDataset(argument: _datamover_v1_DatasetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  GetDataset(argument: _datamover_v1_DatasetRef, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetRef, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetRef, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetRef, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  getDataset(argument: _datamover_v1_DatasetRef, callback: grpc.requestCallback<_datamover_v1_Dataset__Output>): grpc.ClientUnaryCall;
  
  Hello(argument: _datamover_v1_HelloRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  Hello(argument: _datamover_v1_HelloRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  Hello(argument: _datamover_v1_HelloRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  Hello(argument: _datamover_v1_HelloRequest, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _datamover_v1_HelloRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _datamover_v1_HelloRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _datamover_v1_HelloRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  hello(argument: _datamover_v1_HelloRequest, callback: grpc.requestCallback<_datamover_v1_HelloReply__Output>): grpc.ClientUnaryCall;
  
  HoldDataset(argument: _datamover_v1_HoldRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  HoldDataset(argument: _datamover_v1_HoldRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  HoldDataset(argument: _datamover_v1_HoldRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  HoldDataset(argument: _datamover_v1_HoldRequest, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  holdDataset(argument: _datamover_v1_HoldRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  holdDataset(argument: _datamover_v1_HoldRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  holdDataset(argument: _datamover_v1_HoldRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  holdDataset(argument: _datamover_v1_HoldRequest, callback: grpc.requestCallback<_datamover_v1_HoldReply__Output>): grpc.ClientUnaryCall;
  
  InspectTarget(argument: _datamover_v1_InspectTargetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  InspectTarget(argument: _datamover_v1_InspectTargetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  InspectTarget(argument: _datamover_v1_InspectTargetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  InspectTarget(argument: _datamover_v1_InspectTargetRequest, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  inspectTarget(argument: _datamover_v1_InspectTargetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  inspectTarget(argument: _datamover_v1_InspectTargetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  inspectTarget(argument: _datamover_v1_InspectTargetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  inspectTarget(argument: _datamover_v1_InspectTargetRequest, callback: grpc.requestCallback<_datamover_v1_TargetState__Output>): grpc.ClientUnaryCall;
  
  IssueTicket(argument: _datamover_v1_TicketRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  IssueTicket(argument: _datamover_v1_TicketRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  IssueTicket(argument: _datamover_v1_TicketRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  IssueTicket(argument: _datamover_v1_TicketRequest, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  issueTicket(argument: _datamover_v1_TicketRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  issueTicket(argument: _datamover_v1_TicketRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  issueTicket(argument: _datamover_v1_TicketRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  issueTicket(argument: _datamover_v1_TicketRequest, callback: grpc.requestCallback<_datamover_v1_TicketReply__Output>): grpc.ClientUnaryCall;
  
  ListDatasets(argument: _datamover_v1_ListDatasetsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Dataset__Output>;
  ListDatasets(argument: _datamover_v1_ListDatasetsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Dataset__Output>;
  listDatasets(argument: _datamover_v1_ListDatasetsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Dataset__Output>;
  listDatasets(argument: _datamover_v1_ListDatasetsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Dataset__Output>;
  
  ListDirectory(argument: _datamover_v1_ListDirectoryRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DirectoryPage__Output>;
  ListDirectory(argument: _datamover_v1_ListDirectoryRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DirectoryPage__Output>;
  listDirectory(argument: _datamover_v1_ListDirectoryRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DirectoryPage__Output>;
  listDirectory(argument: _datamover_v1_ListDirectoryRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_DirectoryPage__Output>;
  
  Lookup(argument: _datamover_v1_LookupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  Lookup(argument: _datamover_v1_LookupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  Lookup(argument: _datamover_v1_LookupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  Lookup(argument: _datamover_v1_LookupRequest, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  lookup(argument: _datamover_v1_LookupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  lookup(argument: _datamover_v1_LookupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  lookup(argument: _datamover_v1_LookupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  lookup(argument: _datamover_v1_LookupRequest, callback: grpc.requestCallback<_datamover_v1_LookupReply__Output>): grpc.ClientUnaryCall;
  
  PreviewDataset(argument: _datamover_v1_PreviewDatasetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  PreviewDataset(argument: _datamover_v1_PreviewDatasetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  PreviewDataset(argument: _datamover_v1_PreviewDatasetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  PreviewDataset(argument: _datamover_v1_PreviewDatasetRequest, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  previewDataset(argument: _datamover_v1_PreviewDatasetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  previewDataset(argument: _datamover_v1_PreviewDatasetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  previewDataset(argument: _datamover_v1_PreviewDatasetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  previewDataset(argument: _datamover_v1_PreviewDatasetRequest, callback: grpc.requestCallback<_datamover_v1_DatasetPreview__Output>): grpc.ClientUnaryCall;
  
  Read(argument: _datamover_v1_ReadRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Chunk__Output>;
  Read(argument: _datamover_v1_ReadRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Chunk__Output>;
  read(argument: _datamover_v1_ReadRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Chunk__Output>;
  read(argument: _datamover_v1_ReadRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_Chunk__Output>;
  
  ReleaseDataset(argument: _datamover_v1_ReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  ReleaseDataset(argument: _datamover_v1_ReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  ReleaseDataset(argument: _datamover_v1_ReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  ReleaseDataset(argument: _datamover_v1_ReleaseRequest, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  releaseDataset(argument: _datamover_v1_ReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  releaseDataset(argument: _datamover_v1_ReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  releaseDataset(argument: _datamover_v1_ReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  releaseDataset(argument: _datamover_v1_ReleaseRequest, callback: grpc.requestCallback<_datamover_v1_ReleaseReply__Output>): grpc.ClientUnaryCall;
  
  RunCopy(argument: _datamover_v1_RunCopyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RunCopyEvent__Output>;
  RunCopy(argument: _datamover_v1_RunCopyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RunCopyEvent__Output>;
  runCopy(argument: _datamover_v1_RunCopyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RunCopyEvent__Output>;
  runCopy(argument: _datamover_v1_RunCopyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_RunCopyEvent__Output>;
  
  VerifyDataset(argument: _datamover_v1_DatasetRef, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyEvent__Output>;
  VerifyDataset(argument: _datamover_v1_DatasetRef, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyEvent__Output>;
  verifyDataset(argument: _datamover_v1_DatasetRef, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyEvent__Output>;
  verifyDataset(argument: _datamover_v1_DatasetRef, options?: grpc.CallOptions): grpc.ClientReadableStream<_datamover_v1_VerifyEvent__Output>;
  
  Write(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_datamover_v1_WriteRequest, _datamover_v1_Ack__Output>;
  Write(options?: grpc.CallOptions): grpc.ClientDuplexStream<_datamover_v1_WriteRequest, _datamover_v1_Ack__Output>;
  write(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_datamover_v1_WriteRequest, _datamover_v1_Ack__Output>;
  write(options?: grpc.CallOptions): grpc.ClientDuplexStream<_datamover_v1_WriteRequest, _datamover_v1_Ack__Output>;
  
}

export interface PeerHandlers extends grpc.UntypedServiceImplementation {
  Abort: grpc.handleUnaryCall<_datamover_v1_SessionRef__Output, _datamover_v1_AbortReply>;
  
  Begin: grpc.handleUnaryCall<_datamover_v1_Offer__Output, _datamover_v1_BeginReply>;
  
  Changes: grpc.handleServerStreamingCall<_datamover_v1_ChangesRequest__Output, _datamover_v1_Batch>;
  
  Commit: grpc.handleServerStreamingCall<_datamover_v1_CommitRequest__Output, _datamover_v1_CommitEvent>;
  
  CreateDataset: grpc.handleServerStreamingCall<_datamover_v1_CreateDatasetRequest__Output, _datamover_v1_CreateDatasetEvent>;
  
  Details: grpc.handleUnaryCall<_datamover_v1_DetailsRequest__Output, _datamover_v1_EntryDetails>;
  
  ExpireDatasets: grpc.handleServerStreamingCall<_datamover_v1_ExpireRequest__Output, _datamover_v1_ExpireEvent>;
  
  Feedback: grpc.handleUnaryCall<_datamover_v1_FeedbackRequest__Output, _datamover_v1_FeedbackReply>;
  
  FindBookmark: grpc.handleUnaryCall<_datamover_v1_BookmarkRequest__Output, _datamover_v1_BookmarkReply>;
  
  GetDataset: grpc.handleUnaryCall<_datamover_v1_DatasetRef__Output, _datamover_v1_Dataset>;
  
  Hello: grpc.handleUnaryCall<_datamover_v1_HelloRequest__Output, _datamover_v1_HelloReply>;
  
  HoldDataset: grpc.handleUnaryCall<_datamover_v1_HoldRequest__Output, _datamover_v1_HoldReply>;
  
  InspectTarget: grpc.handleUnaryCall<_datamover_v1_InspectTargetRequest__Output, _datamover_v1_TargetState>;
  
  IssueTicket: grpc.handleUnaryCall<_datamover_v1_TicketRequest__Output, _datamover_v1_TicketReply>;
  
  ListDatasets: grpc.handleServerStreamingCall<_datamover_v1_ListDatasetsRequest__Output, _datamover_v1_Dataset>;
  
  ListDirectory: grpc.handleServerStreamingCall<_datamover_v1_ListDirectoryRequest__Output, _datamover_v1_DirectoryPage>;
  
  Lookup: grpc.handleUnaryCall<_datamover_v1_LookupRequest__Output, _datamover_v1_LookupReply>;
  
  PreviewDataset: grpc.handleUnaryCall<_datamover_v1_PreviewDatasetRequest__Output, _datamover_v1_DatasetPreview>;
  
  Read: grpc.handleServerStreamingCall<_datamover_v1_ReadRequest__Output, _datamover_v1_Chunk>;
  
  ReleaseDataset: grpc.handleUnaryCall<_datamover_v1_ReleaseRequest__Output, _datamover_v1_ReleaseReply>;
  
  RunCopy: grpc.handleServerStreamingCall<_datamover_v1_RunCopyRequest__Output, _datamover_v1_RunCopyEvent>;
  
  VerifyDataset: grpc.handleServerStreamingCall<_datamover_v1_DatasetRef__Output, _datamover_v1_VerifyEvent>;
  
  Write: grpc.handleBidiStreamingCall<_datamover_v1_WriteRequest__Output, _datamover_v1_Ack>;
  
}

export interface PeerDefinition extends grpc.ServiceDefinition {
  Abort: MethodDefinition<_datamover_v1_SessionRef, _datamover_v1_AbortReply, _datamover_v1_SessionRef__Output, _datamover_v1_AbortReply__Output>
  Begin: MethodDefinition<_datamover_v1_Offer, _datamover_v1_BeginReply, _datamover_v1_Offer__Output, _datamover_v1_BeginReply__Output>
  Changes: MethodDefinition<_datamover_v1_ChangesRequest, _datamover_v1_Batch, _datamover_v1_ChangesRequest__Output, _datamover_v1_Batch__Output>
  Commit: MethodDefinition<_datamover_v1_CommitRequest, _datamover_v1_CommitEvent, _datamover_v1_CommitRequest__Output, _datamover_v1_CommitEvent__Output>
  CreateDataset: MethodDefinition<_datamover_v1_CreateDatasetRequest, _datamover_v1_CreateDatasetEvent, _datamover_v1_CreateDatasetRequest__Output, _datamover_v1_CreateDatasetEvent__Output>
  Details: MethodDefinition<_datamover_v1_DetailsRequest, _datamover_v1_EntryDetails, _datamover_v1_DetailsRequest__Output, _datamover_v1_EntryDetails__Output>
  ExpireDatasets: MethodDefinition<_datamover_v1_ExpireRequest, _datamover_v1_ExpireEvent, _datamover_v1_ExpireRequest__Output, _datamover_v1_ExpireEvent__Output>
  Feedback: MethodDefinition<_datamover_v1_FeedbackRequest, _datamover_v1_FeedbackReply, _datamover_v1_FeedbackRequest__Output, _datamover_v1_FeedbackReply__Output>
  FindBookmark: MethodDefinition<_datamover_v1_BookmarkRequest, _datamover_v1_BookmarkReply, _datamover_v1_BookmarkRequest__Output, _datamover_v1_BookmarkReply__Output>
  GetDataset: MethodDefinition<_datamover_v1_DatasetRef, _datamover_v1_Dataset, _datamover_v1_DatasetRef__Output, _datamover_v1_Dataset__Output>
  Hello: MethodDefinition<_datamover_v1_HelloRequest, _datamover_v1_HelloReply, _datamover_v1_HelloRequest__Output, _datamover_v1_HelloReply__Output>
  HoldDataset: MethodDefinition<_datamover_v1_HoldRequest, _datamover_v1_HoldReply, _datamover_v1_HoldRequest__Output, _datamover_v1_HoldReply__Output>
  InspectTarget: MethodDefinition<_datamover_v1_InspectTargetRequest, _datamover_v1_TargetState, _datamover_v1_InspectTargetRequest__Output, _datamover_v1_TargetState__Output>
  IssueTicket: MethodDefinition<_datamover_v1_TicketRequest, _datamover_v1_TicketReply, _datamover_v1_TicketRequest__Output, _datamover_v1_TicketReply__Output>
  ListDatasets: MethodDefinition<_datamover_v1_ListDatasetsRequest, _datamover_v1_Dataset, _datamover_v1_ListDatasetsRequest__Output, _datamover_v1_Dataset__Output>
  ListDirectory: MethodDefinition<_datamover_v1_ListDirectoryRequest, _datamover_v1_DirectoryPage, _datamover_v1_ListDirectoryRequest__Output, _datamover_v1_DirectoryPage__Output>
  Lookup: MethodDefinition<_datamover_v1_LookupRequest, _datamover_v1_LookupReply, _datamover_v1_LookupRequest__Output, _datamover_v1_LookupReply__Output>
  PreviewDataset: MethodDefinition<_datamover_v1_PreviewDatasetRequest, _datamover_v1_DatasetPreview, _datamover_v1_PreviewDatasetRequest__Output, _datamover_v1_DatasetPreview__Output>
  Read: MethodDefinition<_datamover_v1_ReadRequest, _datamover_v1_Chunk, _datamover_v1_ReadRequest__Output, _datamover_v1_Chunk__Output>
  ReleaseDataset: MethodDefinition<_datamover_v1_ReleaseRequest, _datamover_v1_ReleaseReply, _datamover_v1_ReleaseRequest__Output, _datamover_v1_ReleaseReply__Output>
  RunCopy: MethodDefinition<_datamover_v1_RunCopyRequest, _datamover_v1_RunCopyEvent, _datamover_v1_RunCopyRequest__Output, _datamover_v1_RunCopyEvent__Output>
  VerifyDataset: MethodDefinition<_datamover_v1_DatasetRef, _datamover_v1_VerifyEvent, _datamover_v1_DatasetRef__Output, _datamover_v1_VerifyEvent__Output>
  Write: MethodDefinition<_datamover_v1_WriteRequest, _datamover_v1_Ack, _datamover_v1_WriteRequest__Output, _datamover_v1_Ack__Output>
}
